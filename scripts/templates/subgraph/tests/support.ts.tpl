import { createTestDatabase, startSubgraph, testBaseConfig, type RunningSubgraph } from '@cartograph/testing';
import { __name__ } from '../src/app.js';

/** The whole subgraph in this process, over real HTTP, on its own database. */
export async function start__Name__(): Promise<RunningSubgraph> {
  const database = await createTestDatabase();
  const subgraph = await startSubgraph(__name__, { ...testBaseConfig, __NAME___DATABASE_URL: database.url });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await database.drop();
    },
  };
}
