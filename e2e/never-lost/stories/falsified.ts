import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { GraphClient } from '@cartograph/testing';
import pg from 'pg';
import { checkOut, createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

/**
 * An inspector that finds nothing proves nothing: here each book of a shop at rest is falsified in turn, and the
 * inspector must say so.
 */
export function describeFalsifications(shop: SharedShop): void {
  describe('that is falsified in the stores', () => {
    let customer: GraphClient;
    let productId: string;
    let paidId: string;
    let cancelledId: string;

    async function buy(): Promise<string> {
      await fillCart(customer, productId);
      const { order } = await checkOut(customer, randomUUID());
      await shop.inspector.untilAtRest();
      return order!.id;
    }
    const cancel = (id: string) =>
      customer.expectData(
        `mutation ($id: ID!) { cancelOrder(input: { orderId: $id, reason: "Changed my mind" }) { userErrors { code } } }`,
        { id },
      );

    beforeAll(async () => {
      productId = await createProduct(shop.admin, 5);
      customer = await registerCustomer(shop.stack);
      paidId = await buy();
      cancelledId = await buy();
      await cancel(cancelledId);
      await shop.inspector.untilAtRest();
    }, 180_000);

    /** Each statement falsifies a book; what undoes it follows. */
    const falsifications: [
      string,
      string,
      (ids: { paid: string; cancelled: string }) => [string, string],
      RegExp,
    ][] = [
      [
        'a charge that was made twice',
        'PAYMENTS_DATABASE_URL',
        ({ paid }) => [
          `WITH other AS (
           INSERT INTO payment_attempts (id, payment_id, number, status, due_at)
           SELECT '00000000-0000-4000-8000-000000000001', id, 9, 'ABANDONED', now() FROM payments WHERE order_id = '${paid}' RETURNING id)
         INSERT INTO provider.charges (key, amount_minor, status) SELECT id::text, 1250, 'succeeded' FROM other`,
          `DELETE FROM provider.charges WHERE key = '00000000-0000-4000-8000-000000000001';
         DELETE FROM payment_attempts WHERE id = '00000000-0000-4000-8000-000000000001'`,
        ],
        /charged more than once/,
      ],
      [
        'a refund that never reached the provider',
        'PAYMENTS_DATABASE_URL',
        () => [
          `ALTER TABLE provider.refunds RENAME TO mislaid; CREATE TABLE provider.refunds AS SELECT * FROM provider.mislaid WHERE false`,
          `DROP TABLE provider.refunds; ALTER TABLE provider.mislaid RENAME TO refunds`,
        ],
        /cancelled, but not paid back/,
      ],
      [
        'a status that no history tells of',
        'ORDERS_DATABASE_URL',
        ({ paid }) => [
          `UPDATE orders SET status = 'SHIPPED' WHERE id = '${paid}'`,
          `UPDATE orders SET status = 'PROCESSING' WHERE id = '${paid}'`,
        ],
        /ends with PROCESSING, but the order is SHIPPED/,
      ],
      [
        'an event that payments never handled',
        'PAYMENTS_DATABASE_URL',
        () => [
          `CREATE TABLE forgotten AS SELECT * FROM processed_events; DELETE FROM processed_events`,
          `INSERT INTO processed_events SELECT * FROM forgotten; DROP TABLE forgotten`,
        ],
        /payments has not handled order\.placed/,
      ],
      [
        'a mail that was lost',
        'NOTIFICATIONS_DATABASE_URL',
        () => [
          `CREATE TABLE lost AS SELECT * FROM notifications WHERE kind = 'ORDER_CANCELLED'; DELETE FROM notifications WHERE kind = 'ORDER_CANCELLED'`,
          `INSERT INTO notifications SELECT * FROM lost; DROP TABLE lost`,
        ],
        /order\.cancelled \S+ made the mails \[\], expected \[ORDER_CANCELLED\]/,
      ],
      [
        'an order whose stock was released',
        'ORDERS_DATABASE_URL',
        ({ cancelled }) => [
          `UPDATE orders SET status = 'PROCESSING' WHERE id = '${cancelled}'`,
          `UPDATE orders SET status = 'CANCELLED' WHERE id = '${cancelled}'`,
        ],
        /is PROCESSING, its stock is RELEASED/,
      ],
      [
        'a cart that was ordered twice',
        'ORDERS_DATABASE_URL',
        ({ paid, cancelled }) => [
          `DROP INDEX one_order_per_cart_version; CREATE TABLE true_carts AS SELECT order_id, cart_version FROM checkouts;
         UPDATE checkouts SET cart_version = (SELECT cart_version FROM checkouts WHERE order_id = '${paid}')
         WHERE order_id = '${cancelled}'`,
          `UPDATE checkouts SET cart_version = true_carts.cart_version FROM true_carts
         WHERE true_carts.order_id = checkouts.order_id; DROP TABLE true_carts;
         CREATE UNIQUE INDEX one_order_per_cart_version ON checkouts (cart_id, cart_version)`,
        ],
        /were both made of version \d+ of cart u_/,
      ],
    ];
    const services: Readonly<Record<string, string>> = {
      PAYMENTS_DATABASE_URL: 'payments',
      ORDERS_DATABASE_URL: 'orders',
      NOTIFICATIONS_DATABASE_URL: 'notifications',
    };

    it.each(falsifications)(
      'should be noticed: %s',
      async (_what, variable, statements, fault) => {
        const { stack, inspector } = shop;
        const [falsify, restore] = statements({ paid: paidId, cancelled: cancelledId });
        const client = new pg.Client({ connectionString: stack.storeUrl(services[variable]!, variable) });
        await client.connect();
        try {
          await client.query(falsify);
          expect((await inspector.judge()).faults.join('\n')).toMatch(fault);
        } finally {
          await client.query(restore);
          await client.end();
        }
      },
      60_000,
    );

    it('should be noticed if its event is lost after it left the outbox, and recover when the event is found', async () => {
      const { stack, inspector, admin } = shop;
      const id = await buy();
      const client = new pg.Client({ connectionString: stack.storeUrl('orders', 'ORDERS_DATABASE_URL') });
      await client.connect();
      try {
        await client.query(
          `CREATE TABLE mislaid (aggregate_id text, event json);
         CREATE FUNCTION mislay() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN INSERT INTO mislaid VALUES (NEW.aggregate_id, NEW.event); RETURN NULL; END';
         CREATE TRIGGER mislay BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION mislay()`,
        );
        await cancel(id);
        await expect(inspector.untilAtRest({ timeoutMs: 2_000 })).rejects.toThrow(
          new RegExp(`CANCELLED of order ${id} .* was not heard on the bus`),
        );
      } finally {
        await client.query(
          `DROP TRIGGER mislay ON outbox; DROP FUNCTION mislay;
         INSERT INTO outbox (aggregate_id, event) SELECT aggregate_id, event FROM mislaid; DROP TABLE mislaid`,
        );
        await client.end();
      }
      await inspector.untilAtRest();
      // Nor is anything left of what the tests before have falsified.
      expect((await inspector.judge(admin)).faults).toEqual([]);
    });
  });
}
