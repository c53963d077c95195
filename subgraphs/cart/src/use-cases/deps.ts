import type { Clock, Identity } from '@cartograph/kit';
import type { CartLimits } from '../domain/cart.js';
import type { ProductLoader } from '../clients/products.js';
import type { PricingClient } from '../clients/pricing.js';
import type { CartStore } from '../store/store.js';

/** What the use cases depend on. */
export interface Deps {
  readonly store: CartStore;
  readonly limits: CartLimits;
  readonly newGuestCartId: () => string;
  readonly pricing: PricingClient;
  readonly clock: Clock;
}

/** Who sends a request, and its loader of products. */
export interface Asker {
  readonly identity: Identity;
  readonly products: ProductLoader;
}
