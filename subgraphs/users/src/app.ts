import { defineSubgraph } from '@cartograph/kit';
import { tokenSettings, usersConfig } from './config.js';
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
      const base = { store, clock, newId, logger, ...tokenSettings(config) };
      const keyRing = createKeyRing(base);
      await keyRing.ensure();
      const revocationRelay = redisUrl
        ? createRevocationRelay({ openStream: openRevocationStream.bind(null, redisUrl), log: store, logger })
        : undefined;
      const { passwordChecks } = createCounters(registry);
      const deps: Deps = {
        ...base,
        keyRing,
        passwords: createPasswords(passwordCost),
        attempts: own(createAttemptCounter(redisUrl, logger)),
        refreshTokenLifetimeMs: config.REFRESH_TOKEN_LIFETIME_S * 1000,
        onEvents: changed,
        onRevocations: () => revocationRelay?.wake(),
        onPasswordCheck: (outcome) => passwordChecks.inc({ outcome }),
      };
      const { SAMPLE_DATA: withSampleUsers, ADMIN_EMAIL: adminEmail } = config;
      await prepareAccounts(deps, { withSampleUsers, adminEmail }, logger);
      return {
        resolvers: createResolvers(deps),
        owners,
        context: createContext({ store, clock }),
        handlers: createHandlers(),
        workers: createWorkers({ ...base, revocationRelay }),
        gauges: createGauges(),
        routes: createRoutes({ keyRing }),
      };
    },
  });

export const users = createUsers();
