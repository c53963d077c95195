import type { Clock } from '@cartograph/kit';
import type { PricingStore } from '../store/store.js';
import { createListPricing } from './list-pricing.js';
import { createWritePromotion } from './write-promotion.js';

interface Deps {
  readonly store: PricingStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** What pricing does. */
export const createUseCases = (deps: Deps) => ({
  listPricing: createListPricing(deps),
  writePromotion: createWritePromotion(deps),
});
