import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Order, OrderEvent } from './domain/order.js';
import type { OrdersStore } from './store/store.js';

export interface Loaders {
  readonly orders: DataLoader<string, Order | null>;
  readonly histories: DataLoader<string, OrderEvent[]>;
}

export type OrdersContext = BaseGraphQLContext & Loaders;

interface Deps {
  readonly store: Pick<OrdersStore, 'findOrders' | 'findHistories'>;
}

/**
 * All requests of the process share the loaders, so that an event which a thousand streams show at one moment is read once.
 * They cache nothing, because each event of a stream must show the order as it is then. `@access` checks the results.
 */
export function createContext({ store }: Deps): (base: BaseGraphQLContext) => OrdersContext {
  const loaders = createLoaders(store);
  return (base) => ({ ...base, ...loaders });
}

export function createLoaders(store: Deps['store']): Loaders {
  const batch = <Value>(load: (ids: readonly string[]) => Promise<(id: string) => Value>) =>
    new DataLoader<string, Value>(
      async (ids) => {
        const find = await load([...new Set(ids)]);
        return ids.map(find);
      },
      { cache: false, maxBatchSize: 1_000 },
    );
  return {
    orders: batch(async (ids) => {
      const found = new Map((await store.findOrders(ids)).map((order) => [order.id, order]));
      return (id) => found.get(id) ?? null;
    }),
    histories: batch(async (ids) => {
      const found = await store.findHistories(ids);
      return (id) => found.get(id) ?? [];
    }),
  };
}
