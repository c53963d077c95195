import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const LOOK_EVERY_MS = 20;

/** Tells when orders are paid, by one look into the orders table for all who wait, so that waiting costs the shop little. */
export async function watchPayments(ordersUrl) {
  const sql = new pg.Client({ connectionString: ordersUrl });
  await sql.connect();
  const waiting = new Map();
  let isClosed = false;

  const watching = (async () => {
    while (!isClosed) {
      await delay(LOOK_EVERY_MS);
      if (waiting.size === 0) continue;
      const { rows } = await sql.query(
        `SELECT id, status FROM orders WHERE id = ANY($1) AND status <> 'PENDING'`,
        [[...waiting.keys()]],
      );
      for (const { id, status } of rows) {
        waiting.get(id)(status);
        waiting.delete(id);
      }
    }
  })();

  return {
    /** Resolves when the order is paid for. */
    async untilPaid(orderId) {
      const status = await new Promise((resolve) => waiting.set(orderId, resolve));
      if (status !== 'PROCESSING') throw new Error(`Order ${orderId} is ${status}.`);
    },
    async statusOf(orderIds) {
      const { rows } = await sql.query('SELECT status FROM orders WHERE id = ANY($1)', [orderIds]);
      return rows.map(({ status }) => status);
    },
    async close() {
      isClosed = true;
      await watching;
      await sql.end();
    },
  };
}
