import { defineConfig, env, readConfig, withRunningStack, type ConfigOf } from '@cartograph/kit';
import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';

const currencies = Object.keys(CURRENCY_DECIMALS) as [CurrencyCode, ...CurrencyCode[]];

/** What the commands in cli/ need, too. */
const catalogueShape = {
  /** The path names the database; without one it is `products`. */
  MONGODB_URL: env.url('mongodb', 'mongodb+srv'),
  /** The currency of all prices. */
  SHOP_CURRENCY: env.choice(currencies, 'EUR'),
};

export const productsConfig = defineConfig({
  PORT: env.port(4002),
  ...catalogueShape,
  MONGODB_POOL_SIZE: env.integer(20, { min: 1, max: 500 }),
  /** The public URL of this service's `/images`. */
  IMAGES_BASE_URL: env.url('http', 'https').default('http://localhost:4000/images'),
  /** Adds the missing products of the sample shop. */
  SAMPLE_DATA: env.boolean(false),
  /** How often expired reservations are released, in milliseconds. */
  SWEEP_EVERY_MS: env.integer(5_000, { min: 100, max: 3_600_000 }),
});

export type ProductsConfig = ConfigOf<typeof productsConfig>;

/**
 * The configuration of the commands in cli/: from the environment, or else from the shop that `npm start` runs in this
 * folder.
 * @throws ConfigError
 */
export const readCommandConfig = (source?: NodeJS.ProcessEnv) =>
  readConfig(catalogueShape, withRunningStack('products', 'MONGODB_URL', source));
