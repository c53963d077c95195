import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createGraphClient, until } from '@cartograph/testing';
import type { Span } from '../../harness/otlp-receiver.js';
import { createProduct, fillCart, SHIPPING_ADDRESS } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

export function describeOneTrace(shop: SharedShop): void {
  describe('one checkout', () => {
    const traceId = randomBytes(16).toString('hex');
    const parent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const trace = () => shop.spans.filter((span) => span.traceId === traceId);
    const of = (service: string) => trace().filter((span) => span.service === service);
    /** Spans whose parents have not come. */
    const roots = () => {
      const ids = new Set(trace().map(({ spanId }) => spanId));
      return trace().filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId));
    };

    beforeAll(async () => {
      const { stack, admin } = shop;
      const { login } = await stack.graph.expectData<{ login: { session: { accessToken: string } } }>(
        'mutation { login(input: { email: "carl@example.com", password: "cartograph" }) { session { accessToken } } }',
      );
      const token = login.session.accessToken;
      await fillCart(stack.graph.as(token), await createProduct(admin, 5));
      // Only the checkout itself belongs to the trace.
      const client = createGraphClient(`${stack.url('gateway')}/graphql`, {
        token,
        headers: { traceparent: parent },
      });
      const { checkout } = await client.expectData<{ checkout: { userErrors: unknown[] } }>(
        `mutation ($input: CheckoutInput!) {
          checkout(input: $input) { order { id customer { name } payment { status } } userErrors { code message } }
        }`,
        {
          input: {
            idempotencyKey: randomUUID(),
            paymentToken: 'tok_ok',
            shippingAddress: SHIPPING_ADDRESS,
          },
        },
      );
      expect(checkout.userErrors).toEqual([]);
      // Each service sends its spans when it likes: a parent may come after its children.
      await until(
        () =>
          ['payments', 'notifications', 'cart'].every((service) => of(service).some(isHandling)) &&
          roots().length === 1,
        { timeoutMs: 60_000, what: 'the spans of the consumers, and those that they hang from' },
      );
    }, 120_000);

    const isHandling = ({ name }: Span) => name === 'handle order.placed';

    it('is one trace across the services that it needs', () => {
      expect([...new Set(trace().map(({ service }) => service))].sort()).toEqual(
        ['cart', 'gateway', 'notifications', 'orders', 'payments', 'products', 'users'].sort(),
      );
    });

    it('contains spans of every store and of the bus', () => {
      const systems = (service: string) =>
        new Set(of(service).map(({ attributes }) => attributes['db.system'] ?? attributes['db.system.name']));
      expect(systems('orders')).toContain('postgresql');
      expect(systems('payments')).toContain('postgresql');
      expect(systems('products')).toContain('mongodb');
      expect(systems('cart')).toContain('redis');
      expect(of('orders').map(({ name }) => name)).toContain('publish order.placed');
    });

    it('is connected: every span’s parent is in the trace, except the client’s own', () => {
      expect(roots().map(({ service, parentSpanId }) => [service, parentSpanId])).toEqual([
        ['gateway', parent.split('-')[2]],
      ]);
    });

    it('is named in the logs', () => {
      expect(shop.stack.logs('gateway')).toContain(traceId);
    });
  });
}
