import { defineSubgraph } from '@cartograph/kit';
import { keySecretOf, usersConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers, PUBLISHES } from './events.js';
import { createCounters, createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { createRoutes } from './routes.js';
import { createAttemptCounter } from './store/attempt-counter.js';
import { usersDatabase } from './store/database.js';
import { createPostgresStore } from './store/postgres-store.js';
import { openRevocationStream } from './store/revocation-stream.js';
import type { Deps } from './use-cases/deps.js';
import { prepareAccounts } from './use-cases/prepare-accounts.js';
import { createRevocationRelay } from './use-cases/relay-revocations.js';
import { createKeyRing } from './use-cases/shared/key-ring.js';
import { createPasswords, type PasswordCost } from './use-cases/shared/passwords.js';
import { createWorkers } from './workers.js';

/** @param options.passwordCost for tests; by default that of a server */
export const createUsers = ({ passwordCost }: { readonly passwordCost?: PasswordCost } = {}) =>
  defineSubgraph({
    name: 'users',
    schema: new URL('../schema.graphql', import.meta.url),
    config: usersConfig,
    database: usersDatabase,
    events: { consumer: CONSUMER, consumes: [], publishes: PUBLISHES },
    async build({ config, database, logger, registry, clock, newId, changed, own }) {
      const { REDIS_URL: redisUrl } = config;
      const store = createPostgresStore(database);
      const tokenSecret = keySecretOf(config);
      const accessTokenLifetimeMs = config.ACCESS_TOKEN_LIFETIME_S * 1000;
      const keyRing = createKeyRing({
        store,
        secret: tokenSecret,
        accessTokenLifetimeMs,
        clock,
        newId,
        logger,
      });
      await keyRing.ensure();
      const openStream = redisUrl && openRevocationStream.bind(undefined, redisUrl);
      const revocationRelay = openStream
        ? createRevocationRelay({ openStream, log: store, logger })
        : undefined;
      const counters = createCounters(registry);
      const deps: Deps = {
        store,
        keyRing,
        passwords: createPasswords(passwordCost),
        attempts: own(createAttemptCounter(redisUrl, logger)),
        clock,
        newId,
        logger,
        accessTokenLifetimeMs,
        refreshTokenLifetimeMs: config.REFRESH_TOKEN_LIFETIME_S * 1000,
        tokenSecret,
        onEvents: changed,
        onRevocations: () => revocationRelay?.wake(),
        onPasswordCheck: (outcome) => counters.passwordChecks.inc({ outcome }),
      };
      const { SAMPLE_DATA: withSampleUsers, ADMIN_EMAIL: adminEmail } = config;
      await prepareAccounts(deps, { withSampleUsers, adminEmail }, logger);
      return {
        resolvers: createResolvers(deps),
        owners,
        context: createContext({ store, clock }),
        handlers: createHandlers(),
        workers: createWorkers({ store, revocationRelay, clock, logger }),
        gauges: createGauges(),
        routes: createRoutes({ keyRing }),
      };
    },
  });

export const users = createUsers();
