import { baseConfigShape, ConfigError, env, readConfig, withRunningStack } from '@cartograph/kit';
import { z } from 'zod';
import { readEmail, type EmailAddress } from './domain/email.js';

const storeShape = {
  USERS_DATABASE_URL: env.url('postgres', 'postgresql'),
  /** Encrypts the signing keys in the database; INTERNAL_AUTH_SECRET, which all services know, where it is not set. */
  KEY_ENCRYPTION_SECRET: env.secret().optional(),
  /** Seconds. Longer than requests in flight, shorter than a stolen token should live; gateways refuse more than an hour. */
  ACCESS_TOKEN_LIFETIME_S: env.integer(900, { min: 1, max: 3_600 }),
};

const shape = {
  ...baseConfigShape,
  ...storeShape,
  PORT: env.port(4001),
  DATABASE_POOL_SIZE: env.integer(10, { min: 1, max: 200 }),
  /** For events, unless AMQP_URL is set, and for slowing failed logins, which works on without it. */
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/[^,]+(,\s*rediss?:\/\/[^,]+)*$/)
    .or(z.literal(''))
    .default('')
    .describe('a redis:// URL, or several of a cluster separated by commas'),
  /** RabbitMQ instead of Redis Streams for events. */
  AMQP_URL: env.url('amqp', 'amqps').optional(),
  SAMPLE_DATA: env.boolean(false),
  /** Made an administrator when a shop that has none starts for the first time. */
  ADMIN_EMAIL: z
    .string()
    .transform((value) => readEmail(value))
    .refine((email): email is EmailAddress => typeof email !== 'string')
    .optional()
    .describe('an e-mail address such as ada@example.com'),
  REFRESH_TOKEN_LIFETIME_S: env.integer(7 * 86_400, { min: 1, max: 366 * 86_400 }),
};

export type UsersConfig = ReturnType<typeof readUsersConfig>;

/** @throws ConfigError */
export function readUsersConfig(source: NodeJS.ProcessEnv = process.env) {
  const isProduction = (source['NODE_ENV'] || 'production') === 'production';
  const config = readConfig({ ...shape, MIGRATE_ON_START: env.boolean(!isProduction) }, source);
  if (isProduction && config.SAMPLE_DATA) {
    throw new ConfigError([
      'SAMPLE_DATA: expected false in production, got true: the sample users have a published password',
    ]);
  }
  return config;
}

/** What `cli/keys.ts` and `cli/users.ts` read: the environment, or else that of the shop that runs here. @throws ConfigError */
export function readCommandConfig(source: NodeJS.ProcessEnv = process.env) {
  const given = withRunningStack('users', 'USERS_DATABASE_URL', source);
  return readConfig(
    {
      ...storeShape,
      INTERNAL_AUTH_SECRET: env.secret(),
      /** Where links lead. */
      STOREFRONT_URL: env.url('http', 'https').default('http://localhost:4000'),
    },
    given,
  );
}
