import { createTestDatabase, startSubgraph, testBaseConfig, type RunningSubgraph } from '@cartograph/testing';
import { pricing } from '../src/app.js';

/** The whole subgraph in this process, over real HTTP, on its own database. It takes events from the Redis at `redisUrl`. */
export async function startPricing(redisUrl: string): Promise<RunningSubgraph> {
  const database = await createTestDatabase();
  const subgraph = await startSubgraph(pricing, {
    ...testBaseConfig,
    PRICING_DATABASE_URL: database.url,
    REDIS_URL: redisUrl,
  });
  return {
    ...subgraph,
    async close() {
      await subgraph.close();
      await database.drop();
    },
  };
}
