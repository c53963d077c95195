import { AGGREGATES } from '@cartograph/events';
import { until, type GraphClient, type TestStack } from '@cartograph/testing';
import { connect } from 'amqplib';
import { Redis } from 'ioredis';
import pg from 'pg';
import { checkOut, createProduct, fillCart, registerCustomer } from './shop.js';

/** Whose queues there are on RabbitMQ; `witness` is that of the invariants. */
const CONSUMERS = ['cart', 'notifications', 'orders', 'payments', 'pricing', 'products', 'witness'];

/** Empties what carries a shop's events, and with Redis also carts and limits. */
export async function loseBus(stack: TestStack): Promise<void> {
  const { AMQP_URL: amqpUrl, REDIS_URL: redisUrl } = stack.environment('orders');
  if (!amqpUrl) {
    const redis = new Redis(redisUrl!);
    await redis.flushall();
    redis.disconnect();
    return;
  }
  const connection = await connect(amqpUrl);
  const channel = await connection.createChannel();
  for (const aggregate of AGGREGATES) {
    for (const name of [...CONSUMERS, 'marks', 'resend']) await channel.deleteQueue(`${name}.${aggregate}`);
  }
  await channel.deleteQueue('dead-letters.kept');
  await connection.close();
}

/**
 * Has a customer's order paid while the orders service is down, and loses the bus with the event of the payment in it.
 * @returns the order's id and how to ask for its status
 */
export async function loseBusAfterPayment(
  stack: TestStack,
  admin: GraphClient,
  /** Starts and ends the processes of orders and of payments. */
  processes: { stop(service: string): Promise<void>; start(service: string): Promise<void> },
): Promise<{ id: string; status: () => Promise<string> }> {
  const customer = await registerCustomer(stack);
  await fillCart(customer, await createProduct(admin, 5));
  await processes.stop('payments');
  const { order, userErrors } = await checkOut(customer);
  if (!order) throw new Error(`Not ordered: ${JSON.stringify(userErrors)}`);
  await allPublished(stack, 'orders', 'ORDERS_DATABASE_URL', '');
  await processes.stop('orders');
  await processes.start('payments');
  await allPublished(stack, 'payments', 'PAYMENTS_DATABASE_URL', order.id);
  await loseBus(stack);
  await processes.start('orders');
  return {
    id: order.id,
    status: async () =>
      (
        await customer.expectData<{ order: { status: string } }>(
          'query ($id: ID!) { order(id: $id) { status } }',
          { id: order.id },
        )
      ).order.status,
  };
}

/** Waits until a service's outbox is empty and, if an order is given, its payment has succeeded. */
async function allPublished(
  stack: TestStack,
  service: string,
  variable: string,
  orderId: string,
): Promise<void> {
  const client = new pg.Client(stack.storeUrl(service, variable));
  await client.connect();
  try {
    await until(
      async () => {
        if (orderId) {
          const paid = await client.query(
            `SELECT FROM payments WHERE order_id = $1 AND status = 'SUCCEEDED'`,
            [orderId],
          );
          if (paid.rowCount === 0) return false;
        }
        return (await client.query('SELECT FROM outbox LIMIT 1')).rowCount === 0;
      },
      { what: `${service} to have published its events` },
    );
  } finally {
    await client.end();
  }
}
