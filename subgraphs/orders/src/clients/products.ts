import { parseMoney, type MoneyInput } from '@cartograph/money';
import type { ServiceClient } from '@cartograph/kit';
import type { OrderItem } from '../domain/order.js';
import type { LiveProduct, Shortage } from '../domain/totals.js';

const READ = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Product { id sku name price { amount currency } isArchived }
  }
}`;
const RESERVE = `mutation ($input: ReserveStockInput!) {
  reserveStock(input: $input) { reserved shortages { productId requested available } }
}`;
const COMMIT = `mutation ($input: CommitStockInput!) { commitStock(input: $input) { ok } }`;
const RELEASE = `mutation ($input: ReleaseStockInput!) { releaseStock(input: $input) { ok } }`;

const RESERVATIONS = `query ($orderIds: [ID!]!) { stockReservations(orderIds: $orderIds) { orderId state } }`;

/** For the test that validates them against products' schema. */
export const PRODUCTS_OPERATIONS = [READ, RESERVE, RELEASE, COMMIT, RESERVATIONS];

/** Calls from orders to products. All are safe to repeat. */
export interface ProductsClient {
  readProducts(ids: readonly string[]): Promise<ReadonlyMap<string, LiveProduct>>;
  /**
   * Reserves all items for the order, or none.
   * @param until when the reservation ends; null: when the order is shipped or cancelled
   * @returns the shortages, or undefined if all items are reserved
   */
  reserve(
    orderId: string,
    items: readonly OrderItem[],
    until: Date | null,
  ): Promise<readonly Shortage[] | undefined>;
  /** Releases the order's reservation, if it has one. */
  release(orderId: string): Promise<void>;
  /** Turns the order's reservation into sold goods. */
  commit(orderId: string): Promise<void>;
  /** What has become of the stock of up to 200 orders; those that never reserved any are left out. */
  reservations(orderIds: readonly string[]): Promise<ReadonlyMap<string, StockState>>;
}

export type StockState = 'CHANGING' | 'RESERVED' | 'RELEASED' | 'SOLD';

interface ProductEntity {
  id: string;
  sku: string;
  name: string;
  price: MoneyInput;
  isArchived: boolean;
}

/** Every method throws PublicError SERVICE_UNAVAILABLE while products does not answer. */
export function createProductsClient(client: ServiceClient): ProductsClient {
  return {
    async readProducts(ids) {
      const { _entities } = await client.send<{ _entities: (ProductEntity | null)[] }>(READ, {
        representations: ids.map((id) => ({ __typename: 'Product', id })),
      });
      const found = _entities.flatMap((product) => (product ? [product] : []));
      return new Map(found.map((product) => [product.id, { ...product, price: parseMoney(product.price) }]));
    },
    async reserve(orderId, items, until) {
      const { reserveStock } = await client.send<{
        reserveStock: { reserved: boolean; shortages: Shortage[] };
      }>(RESERVE, {
        input: {
          orderId,
          items: items.map(({ productId, quantity }) => ({ productId, quantity })),
          expiresAt: until?.toISOString() ?? null,
        },
      });
      return reserveStock.reserved ? undefined : reserveStock.shortages;
    },
    async release(orderId) {
      await client.send(RELEASE, { input: { orderId } });
    },
    async commit(orderId) {
      await client.send(COMMIT, { input: { orderId } });
    },
    async reservations(orderIds) {
      const { stockReservations } = await client.send<{
        stockReservations: { orderId: string; state: StockState }[];
      }>(RESERVATIONS, { orderIds });
      return new Map(stockReservations.map(({ orderId, state }) => [orderId, state]));
    },
  };
}
