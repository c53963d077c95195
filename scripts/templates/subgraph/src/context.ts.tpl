import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { __Entity__ } from './domain/__entity__.js';
import type { __Name__Store } from './store/store.js';

/** What a resolver gets. Each loader makes one store round trip per batch and request. */
export interface __Name__Context extends BaseGraphQLContext {
  /** By id; null for one that does not exist. */
  readonly __name__: DataLoader<string, __Entity__ | null>;
}

interface Deps {
  readonly store: __Name__Store;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => __Name__Context {
  async function get__Name__(ids: readonly string[]): Promise<(__Entity__ | null)[]> {
    const found = new Map((await store.findByIds(ids)).map((__entity__) => [__entity__.id, __entity__]));
    return ids.map((id) => found.get(id) ?? null);
  }

  return (base) => ({
    ...base,
    __name__: new DataLoader(get__Name__),
  });
}
