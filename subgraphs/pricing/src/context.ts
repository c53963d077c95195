import type { BaseGraphQLContext } from '@cartograph/kit';
import DataLoader from 'dataloader';
import type { Promotion } from './domain/promotion.js';
import type { PricingStore } from './store/store.js';

/** What a resolver gets. Each loader makes one store round trip per batch and request. */
export interface PricingContext extends BaseGraphQLContext {
  /** By id; null for one that does not exist. */
  readonly pricing: DataLoader<string, Promotion | null>;
}

interface Deps {
  readonly store: PricingStore;
}

export function createContext({ store }: Deps): (base: BaseGraphQLContext) => PricingContext {
  async function getPricing(ids: readonly string[]): Promise<(Promotion | null)[]> {
    const found = new Map((await store.findByIds(ids)).map((promotion) => [promotion.id, promotion]));
    return ids.map((id) => found.get(id) ?? null);
  }

  return (base) => ({
    ...base,
    pricing: new DataLoader(getPricing),
  });
}
