import { baseConfigShape, env, readConfig } from '@cartograph/kit';
import { z } from 'zod';

const SEVEN_DAYS_S = 7 * 24 * 3600;

const shape = {
  ...baseConfigShape,
  PORT: env.port(4003),
  REDIS_URL: z
    .string()
    .refine((value) =>
      value.split(',').every((url) => /^rediss?:/.test(url.trim()) && URL.canParse(url.trim())),
    )
    .describe('a URL starting with redis:// or rediss://, or several with commas for a Redis Cluster'),
  /** Says that the one address in REDIS_URL is a Redis Cluster's. */
  REDIS_CLUSTER: env.boolean(false),
  AMQP_URL: env.url('amqp', 'amqps').optional(),
  PRODUCTS_URL: env.url('http', 'https'),
  /** How long a cart is kept after its holder last came by. */
  CART_LIFETIME_S: env.integer(SEVEN_DAYS_S, { min: 1, max: 365 * 24 * 3600 }),
  CART_MAX_QUANTITY: env.integer(99, { min: 1, max: 10_000 }),
  CART_MAX_LINES: env.integer(100, { min: 1, max: 500 }),
};

export type CartConfig = z.infer<z.ZodObject<typeof shape>>;

/** @throws ConfigError naming every variable that is wrong */
export const readCartConfig = (source?: NodeJS.ProcessEnv): CartConfig => readConfig(shape, source);
