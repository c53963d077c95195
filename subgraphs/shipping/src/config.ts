import { defineConfig, env, type ConfigOf } from '@cartograph/kit';
import { CURRENCY_DECIMALS, type CurrencyCode } from '@cartograph/money';

const currencies = Object.keys(CURRENCY_DECIMALS) as [CurrencyCode, ...CurrencyCode[]];

/** Besides what every subgraph reads. */
export const shippingConfig = defineConfig({
  PORT: env.port(4007),
  SHIPPING_DATABASE_URL: env.url('postgres', 'postgresql'),
  /** The currency of all amounts, as in products. */
  SHOP_CURRENCY: env.choice(currencies, 'EUR'),
  /** Adds the sample shop's zones if there are none. */
  SAMPLE_DATA: env.boolean(false),
});

export type ShippingConfig = ConfigOf<typeof shippingConfig>;
