import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import pg from 'pg';
import { checkOut, createProduct, fillCart, registerCustomer, signInAdmin } from '../harness/shop.js';
import { inspectShop, type Inspector } from './invariants.js';

/**
 * An inspector that finds nothing proves nothing: here each book of a shop at rest is falsified in turn, and the
 * inspector must say so.
 */
describe('the inspector of a shop', () => {
  let stack: TestStack;
  let inspector: Inspector;
  let admin: GraphClient;
  let paidId: string;
  let cancelledId: string;

  beforeAll(async () => {
    stack = await startTestStack({
      serviceEnv: { payments: { PAYMENT_DELAY_MS: '20' } },
    });
    inspector = await inspectShop(stack);
    admin = await signInAdmin(stack);
    const productId = await createProduct(admin, 5);
    const customer = await registerCustomer(stack);
    const buy = async () => {
      await fillCart(customer, productId);
      const { order } = await checkOut(customer, randomUUID());
      await inspector.untilAtRest();
      return order!.id;
    };
    paidId = await buy();
    cancelledId = await buy();
    await customer.expectData(
      `mutation ($id: ID!) { cancelOrder(input: { orderId: $id, reason: "Changed my mind" }) { userErrors { code } } }`,
      { id: cancelledId },
    );
    await inspector.untilAtRest();
  }, 180_000);
  afterAll(async () => {
    await inspector?.close();
    await stack?.stop();
  }, 60_000);

  it('should find nothing wrong with a shop that is at rest, and explain its orders', async () => {
    const { faults, explained } = await inspector.judge(admin);
    expect(faults).toEqual([]);
    expect(Object.fromEntries(explained)).toEqual({
      'is being packed and paid': 1,
      'was cancelled by its customer, and its money given back': 1,
    });
  }, 60_000);

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
      'an order whose stock was given away',
      'ORDERS_DATABASE_URL',
      ({ cancelled }) => [
        `UPDATE orders SET status = 'PROCESSING' WHERE id = '${cancelled}'`,
        `UPDATE orders SET status = 'CANCELLED' WHERE id = '${cancelled}'`,
      ],
      /is PROCESSING, its stock is RELEASED/,
    ],
  ];
  const services: Readonly<Record<string, string>> = {
    PAYMENTS_DATABASE_URL: 'payments',
    ORDERS_DATABASE_URL: 'orders',
    NOTIFICATIONS_DATABASE_URL: 'notifications',
  };

  it.each(falsifications)(
    'should notice %s',
    async (_what, variable, statements, fault) => {
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
      expect((await inspector.judge()).faults).toEqual([]);
    },
    60_000,
  );
});
