import type { ServiceClient, UserIdentity } from '@cartograph/service-kit';
import type { CartLine } from '../domain/totals.js';

const READ = `query ($id: ID) { cart(id: $id) { id items { product { id } quantity } } }`;

/** For a test that holds it against cart's schema. */
export const CART_OPERATIONS = [READ];

export interface CartSnapshot {
  readonly id: string;
  readonly lines: readonly CartLine[];
}

export interface CartClient {
  /** The cart as its customer sees it; undefined if there is none. @param id default: the customer's own */
  readCart(identity: UserIdentity, id: string | null): Promise<CartSnapshot | undefined>;
}

interface CartData {
  cart: { id: string; items: { product: { id: string } | null; quantity: number }[] } | null;
}

/** @throws Fault SERVICE_UNAVAILABLE while cart does not answer */
export function createCartClient(client: ServiceClient): CartClient {
  return {
    async readCart(identity, id) {
      const { cart } = await client.send<CartData>(READ, { id }, { identity });
      if (!cart) return undefined;
      // A line whose product nobody knows any more keeps its place, so that checkout can refuse it by name.
      const lines = cart.items.map(({ product, quantity }) => ({ productId: product?.id ?? '', quantity }));
      return { id: cart.id, lines };
    },
  };
}
