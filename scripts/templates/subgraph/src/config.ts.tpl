import { baseConfigShape, env, readConfig } from '@cartograph/kit';

const shape = {
  ...baseConfigShape,
  PORT: env.port(__port__),
  __NAME___DATABASE_URL: env.url('postgres', 'postgresql'),
  /** Bring the tables up to date at start; in production a Job does it (`main.js migrate`). */
  MIGRATE_ON_START: env.boolean(
    process.env['NODE_ENV'] !== 'production' && process.env['NODE_ENV'] !== undefined,
  ),
};

export type __Name__Config = ReturnType<typeof read__Name__Config>;

/** @throws ConfigError naming every variable that is wrong */
export const read__Name__Config = () => readConfig(shape);
