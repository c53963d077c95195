import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

export const paymentsConfig = defineConfig({
  PORT: env.port(4005),
  PAYMENTS_DATABASE_URL: env.url('postgres', 'postgresql'),
  REDIS_URL: env.redis(),
  ORDERS_URL: env.url('http', 'https'),
  /** Most charges, and most refunds, that this process carries out at once. */
  PAYMENT_CONCURRENCY: env.integer(100, { min: 1, max: 1000 }),
  /** A charge without an answer for this long (ms) is in doubt: the provider is asked about it. */
  PAYMENT_TIMEOUT_MS: env.integer(15_000, { min: 100 }),

  // The simulated provider.
  /** Share of charges that succeed when the token does not decide. */
  PAYMENT_SUCCESS_RATE: env.number(0.8, { max: 1 }),
  /** How long a charge takes, in ms. */
  PAYMENT_DELAY_MS: env.integer(2_000),
  /** Share of charges that are made, but whose answer is lost. */
  PAYMENT_LOST_ANSWER_RATE: env.number(0, { max: 1 }),
  /** Callbacks arrive twice, late and in any order. */
  PAYMENT_UNRULY_CALLBACKS: env.boolean(false),
});

export type PaymentsConfig = ConfigOf<typeof paymentsConfig>;
