import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';
import { baseConfigShape, env, readConfig } from '@cartograph/kit';
import { z } from 'zod';

const currencies = Object.keys(CURRENCY_DECIMALS) as [CurrencyCode, ...CurrencyCode[]];

const shape = {
  ...baseConfigShape,
  PORT: env.port(4002),
  /** The path names the database; without one it is `products`. */
  MONGODB_URL: env.url('mongodb', 'mongodb+srv'),
  MONGODB_POOL_SIZE: env.integer(20, { min: 1, max: 500 }),
  /** The cache, and the event bus unless AMQP_URL is set. Optional. */
  REDIS_URL: z
    .string()
    .refine((value) =>
      value.split(',').every((url) => /^rediss?:\/\/./.test(url.trim()) && URL.canParse(url.trim())),
    )
    .describe('a URL starting with redis:// or rediss://, or several with commas for a Redis Cluster')
    .optional(),
  AMQP_URL: env.url('amqp', 'amqps').optional(),
  /** The currency of all prices. */
  SHOP_CURRENCY: env.choice(currencies, 'EUR'),
  /** The public URL of this service's `/images`. */
  IMAGES_BASE_URL: env.url('http', 'https').default('http://localhost:4000/images'),
  /** Adds the missing products of the sample shop. */
  SAMPLE_DATA: env.boolean(false),
  /** How often expired reservations are released, in milliseconds. */
  SWEEP_EVERY_MS: env.integer(5_000, { min: 100, max: 3_600_000 }),
};

export type ProductsConfig = ReturnType<typeof readProductsConfig>;

/** @throws ConfigError */
export function readProductsConfig(source: NodeJS.ProcessEnv = process.env) {
  const isProduction = (source['NODE_ENV'] || 'production') === 'production';
  return readConfig({ ...shape, MIGRATE_ON_START: env.boolean(!isProduction) }, source);
}

/**
 * The configuration of the commands in cli/: from the environment, or else from the shop that `npm start` runs in this
 * folder.
 * @throws ConfigError
 */
export function readCommandConfig(
  source: NodeJS.ProcessEnv = process.env,
  stackFile = resolve(source['CARTOGRAPH_DATA'] || '.data', 'stack.json'),
) {
  const { MONGODB_URL, SHOP_CURRENCY } = shape;
  return readConfig(
    { MONGODB_URL, SHOP_CURRENCY },
    source['MONGODB_URL'] ? source : { ...readStack(stackFile), ...source },
  );
}

function readStack(file: string): NodeJS.ProcessEnv {
  try {
    const stack = JSON.parse(readFileSync(file, 'utf8')) as {
      services?: { products?: { env?: NodeJS.ProcessEnv } };
    };
    return stack.services?.products?.env ?? {};
  } catch {
    // No shop runs here. The error about MONGODB_URL explains what is needed.
    return {};
  }
}
