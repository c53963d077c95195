import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type { Product } from '../domain/product.js';
import { createCacheClient } from './cache-client.js';

/** Products by id in front of the store. */
export interface ProductCache {
  /** Products in the order of `ids`, from the cache where they are there, else from `load`. */
  read(
    ids: readonly string[],
    load: (ids: readonly string[]) => Promise<Product[]>,
  ): Promise<(Product | undefined)[]>;
  /** Never rejects: what cannot be forgotten now is forgotten before the cache is read again. */
  invalidate(ids: readonly string[]): Promise<void>;
  /**
   * Changes with every write of any process: what was made of many products is good for as long as it stays the same.
   * Undefined while Redis is away, or while something is still to be forgotten.
   */
  revision(): Promise<string | undefined>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

export const CACHE_SECONDS = 300;
/** How long one reader may take to fill a place before another may try. */
const LEASE_MS = 3_000;
/** How long the others wait for it before they ask the store themselves. */
const WAIT_MS = 150;
const WAIT_STEP_MS = 15;

/**
 * Fills a place only if the filler still has its lease. A write deletes the lease with the value, so that a reader who
 * asked the store before that write can never put the old product back after it.
 */
const FILL = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('set', KEYS[1], ARGV[2], 'EX', ARGV[3]) end return 0`;
const LEASE_PREFIX = 'lease:';
const REVISION_KEY = 'products:revision';

/** As if there were none: without Redis every read goes to the store. */
export const noCache: ProductCache = {
  async read(ids, load) {
    return inOrder(ids, await load(ids));
  },
  invalidate: async () => {},
  revision: async () => undefined,
  ping: async () => {},
  close: async () => {},
};

/**
 * Cache-aside in Redis, one key `product:{id}` each (single keys only, so a cluster will do). Of many readers that miss
 * the same product one asks the store. While Redis is away reads go to the store, as if there were no cache.
 */
export function createProductCache(options: {
  redisUrl: string;
  logger: Logger;
  /** For metrics: products found and not found in the cache. */
  onRead?: (hits: number, misses: number) => void;
}): ProductCache {
  const { redisUrl, logger, onRead = () => {} } = options;
  const redis = createCacheClient(redisUrl);
  let isDown = false;
  /** Keys written while Redis was away: by this process, so others may read the old ones until their time is over. */
  const due = new Set<string>();
  redis.on('error', (error: unknown) => {
    if (!isDown) logger.warn({ err: error }, 'The product cache is away: reading from the store');
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger.info('The product cache is back');
    isDown = false;
    void forget([...due]);
  });
  const keyOf = (id: string) => `product:${id}`;
  const isReady = () => redis.status === 'ready' && due.size === 0;

  async function forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) due.add(key);
    const outcomes = await Promise.allSettled(
      keys.map((key) => (key === REVISION_KEY ? redis.set(key, randomUUID()) : redis.del(key))),
    );
    for (const [index, { status }] of outcomes.entries()) {
      if (status === 'fulfilled') due.delete(keys[index]!);
      else due.add(keys[index]!);
    }
    // A command that timed out on a connection that stands: nothing else would bring it up again.
    if (due.size > 0 && redis.status === 'ready') setTimeout(() => void forget([...due]), 1_000).unref();
  }

  /** Cached products; and for those that are not, the leases this reader got or had to leave to others. */
  async function look(ids: readonly string[]) {
    const found = new Map<string, Product>();
    const leases = new Map<string, string>();
    const awaited: string[] = [];
    await Promise.all(
      ids.map(async (id) => {
        const value = await redis.get(keyOf(id));
        if (value !== null && !value.startsWith(LEASE_PREFIX)) return found.set(id, decode(value));
        const lease = `${LEASE_PREFIX}${randomUUID()}`;
        const isMine = value === null && (await redis.set(keyOf(id), lease, 'PX', LEASE_MS, 'NX')) === 'OK';
        return isMine ? leases.set(id, lease) : awaited.push(id);
      }),
    );
    return { found, leases, awaited };
  }

  async function fill(products: readonly Product[], leases: ReadonlyMap<string, string>): Promise<void> {
    const loaded = new Set(products.map(({ id }) => id));
    await Promise.all([
      ...products.map((product) =>
        redis.eval(FILL, 1, keyOf(product.id), leases.get(product.id)!, encode(product), CACHE_SECONDS),
      ),
      // What does not exist is not remembered: it may be added the next moment.
      ...[...leases.keys()].filter((id) => !loaded.has(id)).map((id) => redis.del(keyOf(id))),
    ]);
  }

  /** Those that others fill in time. */
  async function wait(ids: readonly string[]): Promise<Map<string, Product>> {
    const found = new Map<string, Product>();
    for (const until = Date.now() + WAIT_MS; found.size < ids.length && Date.now() < until;) {
      await sleep(WAIT_STEP_MS);
      const missing = ids.filter((id) => !found.has(id));
      const values = await Promise.all(missing.map((id) => redis.get(keyOf(id))));
      values.forEach((value, index) => {
        if (value !== null && !value.startsWith(LEASE_PREFIX)) found.set(missing[index]!, decode(value));
      });
      // Its filler found nothing, or a write came in between: waiting is over.
      if (values.some((value) => value === null)) break;
    }
    return found;
  }

  return {
    async read(ids, load) {
      if (!isReady()) return noCache.read(ids, load);
      let seen: Awaited<ReturnType<typeof look>>;
      try {
        seen = await look(ids);
      } catch {
        return noCache.read(ids, load);
      }
      const { found, leases, awaited } = seen;
      onRead(found.size, ids.length - found.size);
      const own = leases.size > 0 ? await load([...leases.keys()]) : [];
      await fill(own, leases).catch(() => {});
      const others =
        awaited.length > 0
          ? await wait(awaited).catch(() => new Map<string, Product>())
          : new Map<string, Product>();
      const late = awaited.filter((id) => !others.has(id));
      const rest = late.length > 0 ? await load(late) : [];
      return inOrder(ids, [...found.values(), ...own, ...others.values(), ...rest]);
    },
    invalidate: (ids) => forget([...ids.map(keyOf), REVISION_KEY]),

    async revision() {
      if (!isReady()) return undefined;
      try {
        const now = await redis.get(REVISION_KEY);
        if (now !== null) return now;
        // Nobody wrote yet, or Redis has forgotten: a new one is right whoever sets it first.
        await redis.set(REVISION_KEY, randomUUID(), 'NX');
        return (await redis.get(REVISION_KEY)) ?? undefined;
      } catch {
        return undefined;
      }
    },

    ping: () => redis.ping(),
    close: async () => redis.disconnect(),
  };
}

function inOrder(ids: readonly string[], products: readonly Product[]): (Product | undefined)[] {
  const byId = new Map(products.map((product) => [product.id, product]));
  return ids.map((id) => byId.get(id));
}

const encode = (product: Product): string => JSON.stringify(product);

function decode(text: string): Product {
  const product = JSON.parse(text) as Product & { createdAt: string; updatedAt: string };
  return { ...product, createdAt: new Date(product.createdAt), updatedAt: new Date(product.updatedAt) };
}
