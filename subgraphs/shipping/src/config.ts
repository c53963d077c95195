import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

/** Besides what every subgraph reads. */
export const shippingConfig = defineConfig({
  PORT: env.port(4007),
  SHIPPING_DATABASE_URL: env.url('postgres', 'postgresql'),
});

export type ShippingConfig = ConfigOf<typeof shippingConfig>;
