// The least that a durable checkout can cost: the same rows in the same tables and documents, by bare drivers.
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import pg from 'pg';

const NEVER = new Date('9999-01-01');

/**
 * Two transactions and three single-document writes, as "Placing an order" in docs/architecture.md describes them. No service takes them up: its outbox is a table
 * of its own, its checkouts are leased, and its holds do not end.
 */
export async function openFloor({ ordersUrl, mongoUrl, productIds }) {
  const pool = new pg.Pool({ connectionString: ordersUrl, max: 20 });
  await pool.query('CREATE TABLE floor_outbox (LIKE outbox INCLUDING ALL)');
  const mongo = await new MongoClient(mongoUrl, {
    writeConcern: { w: 'majority', journal: true },
    maxPoolSize: 20,
  }).connect();
  const products = mongo.db().collection('products');
  const holds = mongo.db().collection('stock_holds');

  async function place(index) {
    const orderId = randomUUID();
    const productId = productIds[index % productIds.length];
    const items = [
      { productId, sku: 'S', name: 'Piece', unitPrice: { minor: 1250, currency: 'EUR' }, quantity: 1 },
    ];
    const draft = JSON.stringify({ id: orderId, customerId: 'floor', items });
    await pool.query(
      `INSERT INTO checkouts (order_id, customer_id, idempotency_key, input_hash, state, draft, lease_id, leased_until)
       VALUES ($1, 'floor', $2, 'hash', 'RESERVING', $3, $1, now() + interval '1 hour')`,
      [orderId, randomUUID(), draft],
    );
    const at = new Date();
    const hold = { state: 'RESERVING', items: [{ productId, quantity: 1 }], revision: 1, expiresAt: NEVER };
    await holds.insertOne({ _id: orderId, ...hold });
    const { matchedCount } = await products.updateOne(
      { _id: productId, available: { $gte: 1 }, 'reservations.orderId': { $ne: orderId } },
      { $inc: { available: -1, reserved: 1 }, $push: { reservations: { orderId, quantity: 1, at } } },
    );
    if (matchedCount !== 1) throw new Error('The floor ran out of stock.');
    await holds.updateOne(
      { _id: orderId, revision: 1 },
      { $set: { state: 'RESERVED' }, $inc: { revision: 1 } },
    );
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`UPDATE checkouts SET state = 'PLACED', draft = NULL WHERE order_id = $1`, [
        orderId,
      ]);
      await client.query(
        `INSERT INTO orders (id, number, customer_id, status, items, currency, total_minor, shipping_address, placed_at, updated_at, sequence)
         VALUES ($1, $2, 'floor', 'PENDING', $3, 'EUR', 1250, '{}', now(), now(), 1)`,
        [orderId, orderId, JSON.stringify(items)],
      );
      await client.query('INSERT INTO floor_outbox (aggregate_id, event) VALUES ($1, $2)', [orderId, draft]);
      await client.query(
        `INSERT INTO order_events (order_id, customer_id, type, status, occurred_at, actor_type) VALUES ($1, 'floor', 'PLACED', 'PENDING', now(), 'CUSTOMER')`,
        [orderId],
      );
      await client.query('COMMIT');
    } finally {
      client.release();
    }
  }

  return {
    place,
    async close() {
      await pool.end();
      await mongo.close();
    },
  };
}
