import type { BaseGraphQLContext } from '@cartograph/kit';
import type { Zone } from './domain/zone.js';
import type { ShippingStore } from './store/store.js';

/** What a resolver gets. */
export interface ShippingContext extends BaseGraphQLContext {
  /** All zones, read once a request. Mutations read their own. */
  readonly zones: () => Promise<readonly Zone[]>;
}

interface Deps {
  readonly store: Pick<ShippingStore, 'findZones'>;
}

export const createContext =
  ({ store }: Deps) =>
  (base: BaseGraphQLContext): ShippingContext => {
    let zones: Promise<readonly Zone[]> | undefined;
    return { ...base, zones: () => (zones ??= store.findZones()) };
  };
