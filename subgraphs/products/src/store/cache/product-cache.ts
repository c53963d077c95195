import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@cartograph/kit';
import type { Product } from '../../domain/products/product.js';
import type { ProductCache } from '../store.js';
import { createCacheClient } from './redis-client.js';

export const CACHE_SECONDS = 300;
/** How long one reader may take to fill a key before another may try. */
const LEASE_MS = 3_000;
/** How long the others wait for it before they read the store themselves. */
const WAIT_MS = 150;
const WAIT_POLL_MS = 15;

/**
 * Stores a value only if the filler still holds its lease. A write deletes the lease along with the value, so a reader that
 * read the store before the write can never put the old product back after it.
 */
const FILL = readFileSync(new URL('fill.lua', import.meta.url), 'utf8');
const LEASE_PREFIX = 'lease:';
const REVISION_KEY = 'products:revision';

/** No cache: every read goes to the store. */
const noCache: ProductCache = {
  async read(ids, load) {
    return inOrder(ids, await load(ids));
  },
  invalidate: async () => {},
  revision: async () => undefined,
  ping: async () => {},
  close: async () => {},
};

interface Deps {
  /** Several addresses separated by commas for a cluster; undefined for no cache. */
  readonly redisUrl: string | undefined;
  readonly logger: Logger;
  readonly newId: () => string;
  /** For metrics: products found and not found in the cache. */
  readonly counters?: { cacheRead(hits: number, misses: number): void };
}

/**
 * Cache-aside in Redis, with one key `product:{id}` each. It uses single keys only, so it works on a cluster. Of many
 * readers that miss the same product, one reads the store. While Redis is unreachable, all reads go to the store.
 */
export function createProductCache({ redisUrl, logger, newId, counters }: Deps): ProductCache {
  if (redisUrl === undefined) return noCache;
  const redis = createCacheClient(redisUrl);
  let isDown = false;
  /** Keys that this process wrote while Redis was unreachable. Other processes may read the old values until these expire. */
  const due = new Set<string>();
  redis.on('error', (error: unknown) => {
    if (!isDown) logger.warn({ err: error }, 'The product cache is unreachable; reading from the store');
    isDown = true;
  });
  redis.on('ready', () => {
    if (isDown) logger.info('The product cache is reachable again');
    isDown = false;
    void forget([...due]);
  });
  const keyOf = (id: string) => `product:${id}`;
  const isReady = () => redis.status === 'ready' && due.size === 0;

  async function forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) due.add(key);
    const outcomes = await Promise.allSettled(
      keys.map((key) => (key === REVISION_KEY ? redis.set(key, newId()) : redis.del(key))),
    );
    for (const [index, { status }] of outcomes.entries()) {
      if (status === 'fulfilled') due.delete(keys[index]!);
      else due.add(keys[index]!);
    }
    // A command that timed out on an open connection: nothing else would try it again.
    if (due.size > 0 && redis.status === 'ready') setTimeout(() => void forget([...due]), 1_000).unref();
  }

  /** Cached products; for the others, the leases that this reader got, and the ids whose lease another reader holds. */
  async function look(ids: readonly string[]) {
    const found = new Map<string, Product>();
    const leases = new Map<string, string>();
    const awaited: string[] = [];
    await Promise.all(
      ids.map(async (id) => {
        const value = await redis.get(keyOf(id));
        if (value !== null && !value.startsWith(LEASE_PREFIX)) return found.set(id, decode(value));
        const lease = `${LEASE_PREFIX}${newId()}`;
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
      // A missing product is not cached: it may be added a moment later.
      ...[...leases.keys()].filter((id) => !loaded.has(id)).map((id) => redis.del(keyOf(id))),
    ]);
  }

  /** Products that other readers load in time. */
  async function wait(ids: readonly string[]): Promise<Map<string, Product>> {
    const found = new Map<string, Product>();
    for (const until = Date.now() + WAIT_MS; found.size < ids.length && Date.now() < until;) {
      await sleep(WAIT_POLL_MS);
      const missing = ids.filter((id) => !found.has(id));
      const values = await Promise.all(missing.map((id) => redis.get(keyOf(id))));
      values.forEach((value, index) => {
        if (value !== null && !value.startsWith(LEASE_PREFIX)) found.set(missing[index]!, decode(value));
      });
      // The other reader found nothing, or a write came in between, so there is nothing to wait for.
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
      counters?.cacheRead(found.size, ids.length - found.size);
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
        const current = await redis.get(REVISION_KEY);
        if (current !== null) return current;
        // Nothing was written yet, or Redis lost it. Any new revision is right, so the first process sets it.
        await redis.set(REVISION_KEY, newId(), 'NX');
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
