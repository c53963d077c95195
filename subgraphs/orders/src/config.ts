import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

export const ordersConfig = defineConfig({
  PORT: env.port(4004),
  ORDERS_DATABASE_URL: env.url('postgres', 'postgresql'),
  DATABASE_POOL: env.integer(20, { min: 2, max: 200 }),
  REDIS_URL: env.redis(),
  PRODUCTS_URL: env.url('http', 'https'),
  CART_URL: env.url('http', 'https'),
  PRICING_URL: env.url('http', 'https'),
  PAYMENTS_URL: env.url('http', 'https'),
  /** How long the items of an unpaid order are reserved. */
  RESERVATION_S: env.integer(900, { min: 1, max: 7 * 24 * 3600 }),
  /** How long products, cart, pricing and payments may take to answer. */
  SERVICE_TIMEOUT_MS: env.integer(5_000, { min: 100, max: 30_000 }),
  /** How long a checkout waits for the process that works on it before another process may continue it. */
  CHECKOUT_LEASE_MS: env.integer(15_000, { min: 200, max: 300_000 }),
  /** A checkout that was interrupted longer ago is undone instead of finished. */
  CHECKOUT_RESUME_S: env.integer(300, { min: 1, max: 24 * 3600 }),
  /** How often to look for interrupted checkouts and orders that were not paid in time. */
  RECOVERY_INTERVAL_MS: env.integer(1_000, { min: 20, max: 60_000 }),
  /** How often a process with subscribers looks for events whose notice was lost. */
  LIVE_POLL_MS: env.integer(1_000, { min: 20, max: 60_000 }),
  /** How many events may wait in memory for one subscriber. */
  STREAM_BUFFER: env.integer(1_024, { min: 1, max: 100_000 }),
  /** A subscriber that falls further behind and reads nothing for this long loses its stream. */
  STREAM_STALL_S: env.integer(60, { min: 1, max: 3_600 }),
});

export type OrdersConfig = ConfigOf<typeof ordersConfig>;
