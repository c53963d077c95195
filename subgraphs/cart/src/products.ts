import type { ServiceClient } from '@cartograph/kit';
import { parseMoney, type MoneyInput } from '@cartograph/money';
import DataLoader from 'dataloader';
import { isProductId, whenSold, type ProductView } from './domain/product.js';
import type { CartStore } from './store/store.js';

/** Products of this moment, by id; null for one that does not exist. Rejects with SERVICE_UNAVAILABLE while products is away. */
export type ProductLoader = DataLoader<string, ProductView | null>;

const DOCUMENT = /* GraphQL */ `
  query ProductsForCart($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Product {
        id
        name
        price {
          amount
          currency
        }
        isArchived
        availability {
          quantity
        }
      }
    }
  }
`;

interface Answer {
  _entities: ({
    id: string;
    name: string;
    price: MoneyInput;
    isArchived: boolean;
    availability: { quantity: number };
  } | null)[];
}

/** A loader for one request: however many lines a cart has, products is asked once. */
export function createProductLoader(client: Pick<ServiceClient, 'send'>): ProductLoader {
  const load = async (ids: readonly string[]): Promise<(ProductView | null)[]> => {
    const known = ids.filter(isProductId);
    if (known.length === 0) return ids.map(() => null);
    const representations = known.map((id) => ({ __typename: 'Product', id }));
    const { _entities } = await client.send<Answer>(DOCUMENT, { representations });
    const views = new Map(known.map((id, index) => [id, toView(_entities[index])]));
    return ids.map((id) => views.get(id) ?? null);
  };
  // A cart and its list for later are at most 1,000 products.
  return new DataLoader(load, { maxBatchSize: 1_000 });
}

function toView(entity: Answer['_entities'][number] | undefined): ProductView | null {
  if (!entity) return null;
  const { id, name, price, isArchived, availability } = entity;
  return { id, name, price: parseMoney(price), isArchived, available: availability.quantity };
}

/**
 * The product a change is about, if it is sold. The answer will show the prices of the whole cart, so those are
 * asked for in the same request.
 */
export async function loadForChange(
  store: CartStore,
  products: ProductLoader,
  cartId: string | undefined,
  productId: string,
): Promise<ProductView | undefined> {
  const [cart] = cartId === undefined ? [] : await store.readMany([cartId]);
  // Whoever shows those lines awaits them again and sees what went wrong.
  for (const line of cart?.lines ?? []) products.load(line.productId).catch(() => {});
  return whenSold(await products.load(productId));
}

/** As `loadForChange`; `failure` says why the product could not be asked for. */
export async function tryLoadForChange(
  ...args: Parameters<typeof loadForChange>
): Promise<{ product?: ProductView; failure?: unknown }> {
  try {
    const product = await loadForChange(...args);
    return product ? { product } : {};
  } catch (failure) {
    return { failure };
  }
}
