import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Method } from './domain/method.js';
import type { ShippingStore } from './store/store.js';

/** What a resolver gets. Each loader makes one store round trip per batch and request. */
export interface ShippingContext extends BaseGraphQLContext {
  /** By id; null for one that does not exist. */
  readonly shipping: DataLoader<string, Method | null>;
}

interface Deps {
  readonly store: ShippingStore;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => ShippingContext {
  async function getShipping(ids: readonly string[]): Promise<(Method | null)[]> {
    const found = new Map((await store.findByIds(ids)).map((method) => [method.id, method]));
    return ids.map((id) => found.get(id) ?? null);
  }

  return (base) => ({
    ...base,
    shipping: new DataLoader(getShipping),
  });
}
