import { readFileSync } from 'node:fs';
import {
  createSubgraphServer,
  migrateDatabase,
  newId,
  type BaseGraphQLContext,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { __Name__Config } from './config.js';
import type { __Entity__ } from './domain/__entity__.js';
import { createResolvers } from './resolvers.js';
import { create__Name__Service } from './service.js';
import { createDataSource } from './store/data-source.js';
import { create__Name__Store } from './store/typeorm-store.js';

export interface __Name__Context extends BaseGraphQLContext {
  /** By id; one store round trip per batch and request. */
  readonly __name__: DataLoader<string, __Entity__ | null>;
}

/** Wires the service up; it does not listen yet. */
export async function create__Name__App(
  config: __Name__Config,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const database = await createDataSource(config.__NAME___DATABASE_URL).initialize();
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const store = create__Name__Store(database);
  const service = create__Name__Service({ store, newId, now: () => new Date() });
  const server = await createSubgraphServer<__Name__Context>({
    name: '__name__',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers(service),
    context: (base) => ({ ...base, __name__: new DataLoader((ids) => service.get__Name__(ids)) }),
    readiness: { postgres: () => database.query('SELECT 1') },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    logger,
    registry,
  });
  return {
    http: server.http,
    drain: () => server.drain(),
    async close() {
      await server.close();
      await database.destroy();
    },
  };
}

/** `main.js migrate`. */
export async function migrate__Name__(config: __Name__Config): Promise<void> {
  const database = await createDataSource(config.__NAME___DATABASE_URL).initialize();
  await migrateDatabase(database);
  await database.destroy();
}
