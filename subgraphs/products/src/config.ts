import { defineConfig, env, readConfig, withRunningStack, type ConfigOf } from '@cartograph/kit';
import { SEARCH_LANGUAGES, type SearchLanguage } from './domain/search/stems.js';
import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';

const currencies = Object.keys(CURRENCY_DECIMALS) as [CurrencyCode, ...CurrencyCode[]];

const isLanguage = (code: string): code is SearchLanguage =>
  (SEARCH_LANGUAGES as readonly string[]).includes(code);
const searchLanguages = env
  .list()
  .refine((codes): codes is SearchLanguage[] => codes.length > 0 && codes.every(isLanguage))
  .default(['en', 'de'])
  .describe(`one or more of ${SEARCH_LANGUAGES.join(', ')}, separated by commas`);

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
  /** The languages that the shop's texts are written in, whose word forms searches know. */
  SEARCH_LANGUAGES: searchLanguages,
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
