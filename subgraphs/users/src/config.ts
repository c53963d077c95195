import { defineConfig, env, readConfig, withRunningStack, type ConfigOf } from '@cartograph/kit';
import { z } from 'zod';
import { readEmail, type EmailAddress } from './domain/email.js';

const keyVariables = {
  USERS_DATABASE_URL: env.url('postgres', 'postgresql'),
  /** Encrypts the signing keys in the database. If unset, INTERNAL_AUTH_SECRET does, which all services know. */
  KEY_ENCRYPTION_SECRET: env.secret().optional(),
  /** Seconds. Longer than requests take, shorter than a stolen token should live; gateways refuse more than an hour. */
  ACCESS_TOKEN_LIFETIME_S: env.integer(900, { min: 1, max: 3_600 }),
};

export const usersConfig = defineConfig(
  {
    ...keyVariables,
    PORT: env.port(4001),
    DATABASE_POOL_SIZE: env.integer(10, { min: 1, max: 200 }),
    SAMPLE_DATA: env.boolean(false),
    /** Becomes an administrator when a shop without one starts for the first time. */
    ADMIN_EMAIL: z
      .string()
      .transform((value) => readEmail(value))
      .refine((email): email is EmailAddress => typeof email !== 'string')
      .optional()
      .describe('an e-mail address such as ada@example.com'),
    REFRESH_TOKEN_LIFETIME_S: env.integer(7 * 86_400, { min: 1, max: 366 * 86_400 }),
  },
  ({ NODE_ENV, SAMPLE_DATA }) =>
    NODE_ENV === 'production' && SAMPLE_DATA
      ? ['SAMPLE_DATA: expected false in production, got true: the sample users have a published password']
      : [],
);

export type UsersConfig = ConfigOf<typeof usersConfig>;

/**
 * What the commands in cli/ read: the environment, or else that of the shop that `npm start` runs here.
 * @throws ConfigError
 */
export function readCommandConfig(source: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      ...keyVariables,
      INTERNAL_AUTH_SECRET: env.secret(),
      /** The base of the links that commands print. */
      STOREFRONT_URL: env.url('http', 'https').default('http://localhost:4000'),
    },
    withRunningStack('users', 'USERS_DATABASE_URL', source),
  );
}

export type CommandConfig = ReturnType<typeof readCommandConfig>;

type TokenVariables = Pick<
  CommandConfig,
  'KEY_ENCRYPTION_SECRET' | 'INTERNAL_AUTH_SECRET' | 'ACCESS_TOKEN_LIFETIME_S'
>;

/** The secret that encrypts signing keys and derives refresh tokens, and the lifetime of access tokens. */
export const tokenSettings = (config: TokenVariables) => ({
  tokenSecret: config.KEY_ENCRYPTION_SECRET ?? config.INTERNAL_AUTH_SECRET,
  accessTokenLifetimeMs: config.ACCESS_TOKEN_LIFETIME_S * 1000,
});
