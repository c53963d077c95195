import { beforeAll, describe, expect, it } from '@jest/globals';
import { declaredServices } from '@cartograph/launcher/stack';
import { until, type GraphClient } from '@cartograph/testing';
import { registerCustomer } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

const page = '{ me { name } products(first: 1) { nodes { id } } categories { slug } cart { id } }';

/** Which subgraphs keep what they own in which store. */
const owners = new Map<string, string[]>();
for (const { name, stores } of declaredServices.filter(({ isSubgraph }) => isSubgraph)) {
  const { engine } = Object.values(stores)[0]!;
  owners.set(engine, [...(owners.get(engine) ?? []), name]);
}

export function describeOutages(shop: SharedShop): void {
  describe('a store that is down', () => {
    it.each([...owners])(
      '(%s) should make %j unready but alive until it is back',
      async (engine, names) => {
        const { stack } = shop;
        const statuses = async (path: string) =>
          Promise.all(names.map(async (name) => (await fetch(`${stack.url(name)}${path}`)).status));
        const all = (status: number) => names.map(() => status).join();
        await stack.kill(engine);
        await until(async () => (await statuses('/readyz')).join() === all(503), {
          what: `${names.join(', ')} to miss ${engine}`,
        });
        expect((await statuses('/healthz')).join()).toBe(all(200));
        await stack.start(engine);
        await until(async () => (await statuses('/readyz')).join() === all(200), {
          timeoutMs: 60_000,
          what: `${names.join(', ')} to find ${engine} again`,
        });
      },
      60_000,
    );
  });

  describe('a subgraph that is down', () => {
    let customer: GraphClient;

    beforeAll(async () => {
      customer = await registerCustomer(shop.stack, 'Zoë');
    });

    it.each(['products', 'cart'])(
      'should null the fields of %s alone, with an error that names it',
      async (name) => {
        await shop.stack.kill(name);
        const { status, data, errors } = await customer.query<{ me: unknown }>(page);
        expect(status).toBe(200);
        expect(data).toMatchObject({
          me: { name: 'Zoë' },
          ...(name === 'cart' ? { cart: null } : { products: null, categories: null }),
        });
        expect(errors?.length).toBeGreaterThan(0);
        for (const error of errors!)
          expect(error.extensions).toMatchObject({ service: name, code: expect.any(String) });
        await shop.stack.start(name);
        await until(async () => !(await customer.query(page)).errors);
      },
      60_000,
    );

    it('should not stop the gateway from starting, and be used once it is up', async () => {
      const { stack } = shop;
      await stack.halt('gateway');
      await stack.halt('products');
      await stack.start('gateway');
      expect(await customer.query(page)).toMatchObject({ data: { me: { name: 'Zoë' }, products: null } });
      await stack.start('products');
      await until(async () => !(await customer.query(page)).errors);
    });
  });
}
