import type { Clock } from '@cartograph/kit';
import type { ShippingStore } from '../store/store.js';
import { createListShipping } from './list-shipping.js';
import { createWriteMethod } from './write-method.js';

interface Deps {
  readonly store: ShippingStore;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** What shipping does. */
export const createUseCases = (deps: Deps) => ({
  listShipping: createListShipping(deps),
  writeMethod: createWriteMethod(deps),
});
