import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { KnownCheckout } from '../domain/checkout.js';
import { placeOrder } from './changes.js';
import type { CheckoutStore, Lease, OpenCheckout } from './store.js';
import type { CheckoutRow } from './tables.js';

/** Rows of raw queries: columns by their database names. */
interface OpenRow {
  order_id: string;
  state: OpenCheckout['state'];
  draft: NonNullable<CheckoutRow['draft']>;
  payment_token: string | null;
  lease_id: string;
  attempts: number;
  age_ms: string;
}

const OPEN_COLUMNS = `order_id, state, draft, payment_token, lease_id, attempts,
  extract(epoch FROM clock_timestamp() - created_at) * 1000 AS age_ms`;
const IS_FREE = `(leased_until IS NULL OR leased_until < clock_timestamp())`;

const toOpen = (row: OpenRow): OpenCheckout => ({
  orderId: row.order_id,
  leaseId: row.lease_id,
  state: row.state,
  draft: row.draft,
  paymentToken: row.payment_token,
  attempts: row.attempts,
  ageMs: Number(row.age_ms),
});

/**
 * Checkouts that are under way. Leases run on the database's clock, the one clock all processes share.
 * @param leaseMs longer than one attempt can take
 */
export function createCheckoutStore(database: DataSource, leaseMs: number): CheckoutStore {
  const lease = `lease_id = $1, leased_until = clock_timestamp() + ${Number(leaseMs)} * interval '1 ms'`;
  const run = async <Row>(sql: string, parameters: unknown[]) => {
    const result: unknown = await database.query(sql, parameters);
    // For UPDATE and DELETE TypeORM gives [rows, count], for everything else the rows.
    const isPair = Array.isArray(result) && result.length === 2 && Array.isArray(result[0]);
    return (isPair ? (result as unknown[])[0] : result) as Row[];
  };
  const holds = `order_id = $1 AND lease_id = $2`;

  return {
    async findCheckout(customerId, idempotencyKey) {
      const [row] = await run<KnownCheckout>(
        `SELECT order_id AS "orderId", input_hash AS "inputHash", state, NOT ${IS_FREE} AS "isLeased"
         FROM checkouts WHERE customer_id = $1 AND idempotency_key = $2`,
        [customerId, idempotencyKey],
      );
      return row;
    },

    async startCheckout({ draft, cartVersion, idempotencyKey, inputHash, paymentToken }) {
      const [row] = await run<OpenRow>(
        `INSERT INTO checkouts (order_id, customer_id, idempotency_key, input_hash, state, draft, payment_token,
           cart_id, cart_version, lease_id, leased_until)
         VALUES ($2, $3, $4, $5, 'RESERVING', $6, $7, $8, $9, $1, clock_timestamp() + ${Number(leaseMs)} * interval '1 ms')
         ON CONFLICT DO NOTHING RETURNING ${OPEN_COLUMNS}`,
        [
          randomUUID(),
          draft.id,
          draft.customerId,
          idempotencyKey,
          inputHash,
          JSON.stringify(draft),
          paymentToken,
          draft.cartId,
          cartVersion,
        ],
      );
      return row && toOpen(row);
    },

    async findOrderOfCart(cartId, cartVersion) {
      const [row] = await run<{ order_id: string }>(
        `SELECT order_id FROM checkouts WHERE cart_id = $1 AND (cart_version = $2 OR state <> 'PLACED')
         ORDER BY cart_version = $2 DESC LIMIT 1`,
        [cartId, cartVersion],
      );
      return row?.order_id;
    },

    async takeOverCheckout(orderId) {
      const [row] = await run<OpenRow>(
        `UPDATE checkouts SET ${lease}, attempts = attempts + 1
         WHERE order_id = $2 AND state = 'RESERVING' AND ${IS_FREE} RETURNING ${OPEN_COLUMNS}`,
        [randomUUID(), orderId],
      );
      return row && toOpen(row);
    },

    async takeStandingCheckouts(limit) {
      const rows = await run<OpenRow>(
        `UPDATE checkouts SET ${lease}, attempts = attempts + 1 WHERE order_id IN (
           SELECT order_id FROM checkouts
           WHERE state <> 'PLACED' AND next_attempt_at <= clock_timestamp() AND ${IS_FREE}
           ORDER BY next_attempt_at LIMIT $2 FOR UPDATE SKIP LOCKED
         ) RETURNING ${OPEN_COLUMNS}`,
        [randomUUID(), limit],
      );
      return rows.map(toOpen);
    },

    completeCheckout: (lease, place, newNumber) => placeOrder(database, lease, place, newNumber),

    async giveUpCheckout({ orderId, leaseId }, { keepLease = false } = {}) {
      const rows = await run(
        `UPDATE checkouts SET state = 'COMPENSATING', next_attempt_at = clock_timestamp()
           ${keepLease ? '' : ', leased_until = NULL'}
         WHERE ${holds} AND state <> 'PLACED' RETURNING order_id`,
        [orderId, leaseId],
      );
      return rows.length === 1;
    },

    async postponeCheckout({ orderId, leaseId }, delayMs) {
      await run(
        `UPDATE checkouts SET leased_until = NULL, next_attempt_at = clock_timestamp() + $3 * interval '1 ms'
         WHERE ${holds} AND state <> 'PLACED'`,
        [orderId, leaseId, delayMs],
      );
    },

    async hasCheckout(orderId) {
      return (await run('SELECT 1 FROM checkouts WHERE order_id = $1', [orderId])).length > 0;
    },

    removeCheckout: async ({ orderId, leaseId }: Lease) =>
      (
        await run(`DELETE FROM checkouts WHERE ${holds} AND state <> 'PLACED' RETURNING order_id`, [
          orderId,
          leaseId,
        ])
      ).length === 1,
  };
}
