import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

const SEVEN_DAYS_S = 7 * 24 * 3600;

export const cartConfig = defineConfig({
  PORT: env.port(4003),
  REDIS_URL: env.redis(),
  PRODUCTS_URL: env.url('http', 'https'),
  PRICING_URL: env.url('http', 'https'),
  /** How long a cart is kept after its holder last changed or saw it. */
  CART_LIFETIME_S: env.integer(SEVEN_DAYS_S, { min: 1, max: 365 * 24 * 3600 }),
  CART_MAX_QUANTITY: env.integer(99, { min: 1, max: 10_000 }),
  CART_MAX_LINES: env.integer(100, { min: 1, max: 500 }),
});

export type CartConfig = ConfigOf<typeof cartConfig>;
