import DataLoader from 'dataloader';
import type { Order, OrderEvent } from './domain/order.js';
import type { OrdersStore } from './store/store.js';

export interface Loaders {
  readonly orders: DataLoader<string, Order | null>;
  readonly histories: DataLoader<string, OrderEvent[]>;
}

/**
 * They put together what is asked for at one moment and keep nothing: the context of a subscription lives for as long as
 * its stream, and each of its events must show the order as it is then.
 */
export function createLoaders(store: OrdersStore): Loaders {
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
