import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

/** Besides what every subgraph reads. */
export const __name__Config = defineConfig({
  PORT: env.port(__port__),
  __NAME___DATABASE_URL: env.url('postgres', 'postgresql'),
});

export type __Name__Config = ConfigOf<typeof __name__Config>;
