import type { BaseGraphQLContext, ServiceClient } from '@cartograph/kit';
import DataLoader from 'dataloader';
import { createProductLoader, type ProductLoader } from './clients/products.js';
import type { Cart } from './domain/cart.js';
import type { Deps as UseCaseDeps } from './use-cases/deps.js';
import { readCarts } from './use-cases/view-cart.js';

export interface CartContext extends BaseGraphQLContext {
  readonly products: ProductLoader;
  readonly carts: DataLoader<string, Cart | null>;
  /** Whether a product was archived according to its last event. */
  readonly archived: DataLoader<string, boolean>;
}

interface Deps extends UseCaseDeps {
  readonly productsClient: Pick<ServiceClient, 'send'>;
}

export function createContext(deps: Deps): (base: BaseGraphQLContext) => CartContext {
  return (base) => ({
    ...base,
    products: createProductLoader(deps.productsClient),
    carts: new DataLoader((ids) => readCarts(deps, ids)),
    archived: new DataLoader((ids) => deps.store.knownArchived(ids)),
  });
}
