import DataLoader from 'dataloader';
import type { Order, OrderEvent } from './domain/order.js';
import type { OrdersStore } from './store/store.js';

export interface Loaders {
  readonly orders: DataLoader<string, Order | null>;
  readonly histories: DataLoader<string, OrderEvent[]>;
}

/**
 * They put together what the whole process asks for at one moment, so that an event which a thousand streams show is read
 * once, and keep nothing: each event of a stream must show the order as it is then. Who may see what is asked of the
 * result, by `@access`.
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
