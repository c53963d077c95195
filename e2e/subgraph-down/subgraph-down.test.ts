import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, until, type GraphClient, type TestStack } from '@cartograph/testing';
import { registerCustomer } from '../harness/shop.js';

const page = '{ me { name } products(first: 1) { nodes { id } } categories { slug } cart { id } }';

describe('a subgraph that is down', () => {
  let stack: TestStack;
  let customer: GraphClient;

  beforeAll(async () => {
    stack = await startTestStack();
    customer = await registerCustomer(stack, 'Zoë');
  }, 90_000);
  afterAll(() => stack?.stop());

  it.each(['products', 'cart'])(
    'should null the fields of %s alone, with an error that names it',
    async (name) => {
      await stack.kill(name);
      const { status, data, errors } = await customer.query<{ me: unknown }>(page);
      expect(status).toBe(200);
      expect(data).toMatchObject({
        me: { name: 'Zoë' },
        ...(name === 'cart' ? { cart: null } : { products: null, categories: null }),
      });
      expect(errors?.length).toBeGreaterThan(0);
      for (const error of errors!)
        expect(error.extensions).toMatchObject({ service: name, code: expect.any(String) });
      await stack.start(name);
      await until(async () => !(await customer.query(page)).errors);
    },
    60_000,
  );

  it('should not keep the gateway from starting, and be used once it is there', async () => {
    await stack.halt('gateway');
    await stack.halt('products');
    await stack.start('gateway');
    expect(await customer.query(page)).toMatchObject({ data: { me: { name: 'Zoë' }, products: null } });
    await stack.start('products');
    await until(async () => !(await customer.query(page)).errors);
  }, 60_000);
});
