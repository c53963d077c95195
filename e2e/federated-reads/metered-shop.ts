import { createTestMongo, startTestPostgres, startTestRedis, startTestStack } from '@cartograph/testing';
import type { GraphClient, TestStack } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { tapStore, type StoreTap } from '../harness/store-tap.js';

/** What one page costs: requests by the subgraph that got them, and what its services asked of each kind of store. */
export interface Cost {
  readonly subgraphs: Readonly<Record<string, number>>;
  readonly stores: Readonly<Record<string, readonly string[]>>;
}

export interface MeteredShop {
  readonly stack: TestStack;
  /** Sends a query and says what it cost, with products and lists of them cached or not. Throws if it has errors. */
  costOf(page: Page): Promise<Cost>;
  stop(): Promise<void>;
}

export interface Page {
  readonly client: GraphClient;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly isCached: boolean;
}

const subgraphNames = ['users', 'products', 'cart', 'orders', 'payments', 'notifications'];
const databases = ['users', 'orders', 'payments', 'notifications'];

/**
 * What services ask on their own, without anybody looking at a page: buses, outboxes, health. Reading takes no
 * transaction in Postgres; what relays and workers do takes one.
 */
const background: Readonly<Record<string, RegExp>> = {
  postgres: /outbox|skip locked|pg_notify|^(listen|start transaction|begin|commit|rollback)\b/i,
  mongodb: /^(hello|isMaster|ping|endSessions)\b|outbox|leases/i,
  redis: /^(x[a-z]+|ping|info|hello|client|publish|subscribe)\b| events$/i,
};

/** The shop with a tap on each of its stores. */
export async function startMeteredShop(): Promise<MeteredShop> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const postgres = await startTestPostgres({ databases });
    closers.push(() => postgres.close());
    const redis = await startTestRedis();
    closers.push(() => redis.close());
    const mongo = await createTestMongo();
    closers.push(() => mongo.drop());
    const tap = async (url: string): Promise<StoreTap> => {
      const made = await tapStore(url);
      closers.push(() => made.close());
      return made;
    };
    const taps: Record<string, StoreTap[]> = {
      postgres: await Promise.all(databases.map((name) => tap(postgres.urlFor(name)))),
      mongodb: [await tap(mongo.url)],
      redis: [await tap(redis.url)],
    };
    const cache = new Redis(redis.url);
    closers.push(() => cache.quit());
    const stack = await startTestStack({
      env: {
        ...Object.fromEntries(
          databases.map((name, index) => [
            `${name.toUpperCase()}_DATABASE_URL`,
            taps['postgres']![index]!.url,
          ]),
        ),
        MONGODB_URL: taps['mongodb']![0]!.url,
        REDIS_URL: taps['redis']![0]!.url,
        PAYMENT_DELAY_MS: '0',
        // Searches for expired holds and lost checkouts would be counted with the pages.
        SWEEP_EVERY_MS: '3600000',
        RECOVERY_INTERVAL_MS: '60000',
        LIVE_POLL_MS: '60000',
      },
    });
    closers.push(() => stack.stop());

    const send = async ({ client, query, variables, isCached }: Page): Promise<Cost> => {
      if (!isCached) {
        // Without its revision no answer to a list is one that was kept.
        await cache.del('products:revision', ...(await cache.keys('*product:*')));
      }
      const before = await requestsSeen(stack);
      for (const each of Object.values(taps).flat()) each.take();
      await client.expectData(query, variables);
      const taken = Object.entries(taps).map(
        ([kind, each]) => [kind, each.map((one) => one.take())] as const,
      );
      const after = await requestsSeen(stack);
      const subgraphs = subgraphNames.map((name) => [name, after[name]! - before[name]!] as const);
      const asked = new Map(subgraphs);
      const stores = taken.map(([kind, each]) => [
        kind,
        each
          // A subgraph without a request for this page did not read its database for it.
          .filter((_, index) => kind !== 'postgres' || asked.get(databases[index]!)! > 0)
          .flat()
          .filter((request) => !background[kind]!.test(request)),
      ]);
      return {
        stores: Object.fromEntries(stores) as Cost['stores'],
        subgraphs: Object.fromEntries(subgraphs) as Cost['subgraphs'],
      };
    };
    return {
      stack,
      stop,
      async costOf(page) {
        // The first may plan the operation, open connections and fetch keys.
        await send(page);
        return commonTo([await send(page), await send(page), await send(page)]);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What every load of the page requested. Background work of the services is not in every one, so it drops out. */
function commonTo(costs: readonly Cost[]): Cost {
  const [first, ...others] = costs as [Cost, ...Cost[]];
  const stores = Object.entries(first.stores).map(([kind, requests]) => [
    kind,
    others.reduce((common, { stores }) => intersection(common, stores[kind]!), requests),
  ]);
  const subgraphs = subgraphNames.map((name) => [
    name,
    Math.min(...costs.map(({ subgraphs }) => subgraphs[name]!)),
  ]);
  return {
    stores: Object.fromEntries(stores) as Cost['stores'],
    subgraphs: Object.fromEntries(subgraphs) as Cost['subgraphs'],
  };
}

/** Of equal requests as many as are in both. */
function intersection(some: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return some.filter((request) => {
    const index = left.indexOf(request);
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** GraphQL requests that each subgraph has answered since its start, from the gateway and from other services. */
async function requestsSeen(stack: TestStack): Promise<Record<string, number>> {
  const counts = subgraphNames.map(async (name) => {
    const text = await (await fetch(`${stack.url(name)}/metrics`)).text();
    const samples = text.matchAll(/^cartograph_graphql_request_duration_seconds_count\{.*\} (\d+)$/gm);
    return [name, [...samples].reduce((sum, [, count]) => sum + Number(count), 0)];
  });
  return Object.fromEntries(await Promise.all(counts)) as Record<string, number>;
}
