import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

/** Besides what every subgraph reads. */
export const pricingConfig = defineConfig({
  PORT: env.port(4008),
  PRICING_DATABASE_URL: env.url('postgres', 'postgresql'),
});

export type PricingConfig = ConfigOf<typeof pricingConfig>;
