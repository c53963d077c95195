import { join } from 'node:path';
import { startMongo } from '../stores/mongodb.js';
import { startPostgres } from '../stores/postgres.js';
import { startRedis } from '../stores/redis.js';
import type { Store } from '../stores/store.js';
import type { ServiceDeclaration, StoreEngine, StoreNeed } from './services.js';

/** The stores of a stack; each starts at once and is awaited only by the services that need it. */
export interface StackStores {
  /** The address for one need, once that store serves. */
  addressOf(need: StoreNeed): Promise<string>;
  /** Those that are ours and run. */
  running(): Promise<ReadonlyMap<StoreEngine, Store>>;
}

/** Starts what the services need and `given` (variable → address) does not name already. */
export function startStores(
  services: readonly ServiceDeclaration[],
  given: Readonly<Record<string, string | undefined>>,
  paths: { readonly dataDir: string; readonly binDir: string; readonly logDir: string },
): StackStores {
  const missing = services
    .flatMap((service) => Object.entries(service.stores))
    .filter(([variable]) => !given[variable])
    .map(([, need]) => need);
  const isNeeded = (engine: StoreEngine) => missing.some((need) => need.engine === engine);
  const place = (engine: StoreEngine) => ({
    dataDir: join(paths.dataDir, engine),
    logFile: join(paths.logDir, `${engine}.log`),
  });
  const databases = [
    ...new Set(missing.flatMap((need) => (need.engine === 'postgres' ? [need.database] : []))),
  ];

  const postgres = isNeeded('postgres') ? startPostgres({ ...place('postgres'), databases }) : undefined;
  const redis = isNeeded('redis') ? startRedis({ ...place('redis'), binDir: paths.binDir }) : undefined;
  const mongodb = isNeeded('mongodb') ? startMongo(place('mongodb')) : undefined;
  const starting: readonly (readonly [StoreEngine, Promise<Store> | undefined])[] = [
    ['postgres', postgres],
    ['redis', redis],
    ['mongodb', mongodb],
  ];
  // The failure reaches each service that needs the store; without this, Node would end the process first.
  for (const [, store] of starting) store?.catch(() => {});

  return {
    async addressOf(need) {
      switch (need.engine) {
        case 'postgres':
          return (await postgres)!.urlFor(need.database);
        case 'redis':
          return (await redis)!.url;
        case 'mongodb':
          return `${(await mongodb)!.url}/${need.database}`;
      }
    },
    async running() {
      const stores = new Map<StoreEngine, Store>();
      for (const [engine, store] of starting) {
        const started = await store?.catch(() => undefined);
        if (started) stores.set(engine, started);
      }
      return stores;
    },
  };
}
