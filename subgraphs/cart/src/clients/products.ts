import type { ServiceClient } from '@cartograph/kit';
import { parseMoney, type MoneyInput } from '@cartograph/money';
import DataLoader from 'dataloader';
import { isProductId, type ProductView } from '../domain/product.js';

/** Current products by id; null for one that does not exist. Rejects with SERVICE_UNAVAILABLE while products is unavailable. */
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

/** A loader for one request: the products of all lines are fetched in one call. */
export function createProductLoader(client: Pick<ServiceClient, 'send'>): ProductLoader {
  const load = async (ids: readonly string[]): Promise<(ProductView | null)[]> => {
    const known = ids.filter(isProductId);
    if (known.length === 0) return ids.map(() => null);
    const representations = known.map((id) => ({ __typename: 'Product', id }));
    const { _entities } = await client.send<Answer>(DOCUMENT, { representations });
    const views = new Map(known.map((id, index) => [id, toView(_entities[index])]));
    return ids.map((id) => views.get(id) ?? null);
  };
  // A cart and its list saved for later have at most 1,000 products together.
  return new DataLoader(load, { maxBatchSize: 1_000 });
}

function toView(entity: Answer['_entities'][number] | undefined): ProductView | null {
  if (!entity) return null;
  const { id, name, price, isArchived, availability } = entity;
  return { id, name, price: parseMoney(price), isArchived, available: availability.quantity };
}
