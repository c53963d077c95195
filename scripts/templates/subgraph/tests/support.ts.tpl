import { createTestDatabase, startSubgraph, testBaseConfig, type RunningSubgraph } from '@cartograph/testing';
import { create__Name__App } from '../src/app.js';
import type { __Name__Config } from '../src/config.js';

/** The whole service in this process, over real HTTP, on a database of its own. */
export async function start__Name__(): Promise<RunningSubgraph> {
  const database = await createTestDatabase();
  const subgraph = await startSubgraph<__Name__Config>('__name__', create__Name__App, {
    ...testBaseConfig,
    __NAME___DATABASE_URL: database.url,
    MIGRATE_ON_START: true,
  });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await database.drop();
    },
  };
}
