import { readFileSync } from 'node:fs';
import { createBus } from '@cartograph/events';
import {
  Counter,
  createOutboxRelay,
  createPostgresOutbox,
  createSubgraphServer,
  measurePostgresPool,
  migrateDatabase,
  type BaseGraphQLContext,
  type Identity,
  type Logger,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import type { DataSource } from 'typeorm';
import type { UsersConfig } from './config.js';
import { createPasswords, type PasswordCost } from './domain/password.js';
import type { Origin } from './domain/user.js';
import { createKeyRing } from './key-ring.js';
import { createLoaders, type Loaders } from './loaders.js';
import { createResolvers, owners } from './resolvers.js';
import { startRevocationRelay } from './revocation-relay.js';
import { addSampleUsers } from './sample-data.js';
import { createUsersService } from './service.js';
import type { MadeAdmin } from './service/admins.js';
import { createMemoryCounter, withFallback } from './store/attempt-counter.js';
import { openDatabase } from './store/database.js';
import { createRedisCounter } from './store/redis-counter.js';
import { createTypeormStore } from './store/typeorm-store.js';
import { startTidying } from './tidying.js';

export interface UsersContext extends BaseGraphQLContext {
  /** Changes once in a request that signs in. */
  identity: Identity;
  readonly origin: Origin;
  readonly loaders: Loaders;
}

/**
 * How long HTTP caches may keep the published keys. With the 5 s of the key ring and the 20 s of a gateway, a revoked
 * key is refused within a minute.
 */
const JWKS_MAX_AGE_S = 15;
const MAX_USER_AGENT_LENGTH = 400;

/** Wires the users service; it does not listen yet. */
export async function createUsersApp(
  config: UsersConfig,
  runtime: Runtime,
  { passwordCost }: { readonly passwordCost?: PasswordCost } = {},
): Promise<ServiceApp> {
  const { logger, registry } = runtime;
  const clock = () => new Date();
  const database = await openDatabase(config.USERS_DATABASE_URL, config.DATABASE_POOL_SIZE);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const store = createTypeormStore(database);
  const accessTokenLifetimeMs = config.ACCESS_TOKEN_LIFETIME_S * 1000;
  const secret = config.KEY_ENCRYPTION_SECRET ?? config.INTERNAL_AUTH_SECRET;
  const keyRing = createKeyRing({
    store,
    secret,
    accessTokenLifetimeMs,
    clock,
    logger,
  });
  await keyRing.ensure();
  const events = createEventRelay(config, runtime, database);
  const attempts = createAttemptCounter(config, runtime);
  const revocations = config.REDIS_URL ? startRevocationRelay(config.REDIS_URL, store, logger) : undefined;
  const checks = new Counter({
    name: 'cartograph_users_password_checks_total',
    help: 'Passwords given to sign in or to confirm a change, by outcome; slowed ones were not checked',
    labelNames: ['outcome'] as const,
    registers: [registry],
  });
  const deps = {
    store,
    keyRing,
    passwords: createPasswords(passwordCost),
    attempts: attempts.counter,
    clock,
    logger,
    accessTokenLifetimeMs,
    refreshTokenLifetimeMs: config.REFRESH_TOKEN_LIFETIME_S * 1000,
    tokenSecret: secret,
    onEvents: () => events?.relay.wake(),
    onRevocations: () => revocations?.wake(),
    onPasswordCheck: (outcome: 'right' | 'wrong' | 'slowed') => checks.inc({ outcome }),
  };
  if (config.SAMPLE_DATA) await addSampleUsers(deps);
  const service = createUsersService(deps);
  if (config.ADMIN_EMAIL) logFirstAdmin(logger, await service.makeFirstAdmin(config.ADMIN_EMAIL));

  const server = await createSubgraphServer<UsersContext>({
    name: 'users',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers(service),
    owners,
    context: (base) => ({ ...base, origin: originOf(base), loaders: createLoaders(store, clock) }),
    // Redis is not asked: without it people still sign in.
    readiness: { postgres: () => store.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  server.http.get('/.well-known/jwks.json', async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${JWKS_MAX_AGE_S}`)
      .type('application/jwk-set+json')
      .send(JSON.stringify(await keyRing.jwks())),
  );
  const tidying = startTidying(store, clock, logger);

  return {
    http: server.http,
    start: async () => events?.relay.start(),
    drain: () => server.drain(),
    async close() {
      await server.close();
      tidying.stop();
      attempts.close();
      await revocations?.stop();
      await events?.close();
      await database.destroy();
    },
  };
}

function logFirstAdmin(logger: Logger, made: MadeAdmin | null): void {
  if (!made) return;
  const { outcome, user } = made;
  const said = {
    created: 'Made the first administrator by ADMIN_EMAIL; a link to set the password was mailed',
    promoted: 'Made the account with ADMIN_EMAIL the first administrator',
    already: 'The account with ADMIN_EMAIL is an administrator',
    deactivated: 'The account with ADMIN_EMAIL is deactivated: name another by "npm run users -- make-admin"',
  }[outcome];
  logger[outcome === 'deactivated' ? 'warn' : 'info'](
    { userId: user.id, registeredAt: user.createdAt },
    said,
  );
}

/** `main.js migrate`. */
export async function migrateUsers(config: UsersConfig): Promise<void> {
  const database = await openDatabase(config.USERS_DATABASE_URL, 2);
  await migrateDatabase(database).finally(() => database.destroy());
}

/** What a person's own program says about itself is not to be trusted with the length and form of a column. */
function originOf({ clientAddress, userAgent }: BaseGraphQLContext): Origin {
  const clean = (value: string | null, length: number) =>
    value?.replace(/\p{C}/gu, '').slice(0, length).trim() || null;
  return { address: clean(clientAddress, 64), userAgent: clean(userAgent, MAX_USER_AGENT_LENGTH) };
}

function createEventRelay(config: UsersConfig, { logger, registry }: Runtime, database: DataSource) {
  if (!config.REDIS_URL && !config.AMQP_URL) {
    logger.info('Neither AMQP_URL nor REDIS_URL is set: events stay in the outbox');
    return undefined;
  }
  const bus = createBus({ redisUrl: config.REDIS_URL, amqpUrl: config.AMQP_URL, logger, registry });
  const relay = createOutboxRelay({ source: createPostgresOutbox(database), bus, logger, registry });
  return {
    relay,
    async close() {
      await relay.stop();
      await bus.close();
    },
  };
}

function createAttemptCounter({ REDIS_URL }: UsersConfig, { logger }: Runtime) {
  const memory = createMemoryCounter();
  if (!REDIS_URL) return { counter: memory, close: () => {} };
  const redis = createRedisCounter(REDIS_URL, logger);
  let warnedAt = 0;
  const counter = withFallback(redis, memory, (error) => {
    if (Date.now() - warnedAt < 60_000) return;
    warnedAt = Date.now();
    logger.warn({ err: error }, 'Redis does not answer: failed sign-ins are counted by each process alone');
  });
  return { counter, close: () => redis.close() };
}
