import type { Identity } from '@cartograph/kit';
import type { CartTestService } from './cart-service.js';

export interface Money {
  amount: string;
  currency: string;
}
export interface CartData {
  id: string;
  items: {
    productId: string;
    product: { id: string } | null;
    name: string;
    quantity: number;
    isSold: boolean;
    unitPrice: Money | null;
    lineTotal: Money | null;
    priceChanged: boolean;
    previousUnitPrice: Money;
  }[];
  totalQuantity: number;
  subtotal: Money | null;
  expiresAt: string;
  savedForLater: { productId: string; quantity: number; name: string }[];
  warnings: WarningData[] | null;
}
export interface WarningData {
  code: string;
  message: string;
  productId: string | null;
  requestedQuantity: number | null;
  availableQuantity: number | null;
}
export interface Payload {
  cart: CartData | null;
  warnings: WarningData[] | null;
  userErrors: { code: string; message: string; field: string[] | null }[];
}

const WARNING = 'code message productId requestedQuantity availableQuantity';
export const CART = /* GraphQL */ `
  fragment Whole on Cart {
    id
    items {
      productId
      product { id }
      name
      quantity
      isSold
      unitPrice { amount currency }
      lineTotal { amount currency }
      priceChanged
      previousUnitPrice { amount currency }
    }
    totalQuantity
    subtotal { amount currency }
    expiresAt
    savedForLater { productId quantity name }
    warnings { ${WARNING} }
  }
`;

export const QUERY = `query($id: ID) { cart(id: $id) { ...Whole } } ${CART}`;

const INPUTS = {
  addToCart: 'AddToCartInput',
  setCartItemQuantity: 'SetCartItemQuantityInput',
  removeFromCart: 'RemoveFromCartInput',
  clearCart: 'ClearCartInput',
  saveForLater: 'SaveForLaterInput',
  moveToCart: 'MoveToCartInput',
  removeSavedItem: 'RemoveSavedItemInput',
  mergeCart: 'MergeCartInput',
} as const;
export type MutationName = keyof typeof INPUTS;
export const MUTATIONS = Object.keys(INPUTS) as MutationName[];

export const mutationOf = (name: MutationName): string =>
  `mutation($input: ${INPUTS[name]}!) {
    ${name}(input: $input) { cart { ...Whole } warnings { ${WARNING} } userErrors { code message field } }
  } ${CART}`;

/** Operations on carts with one identity. Each throws if there is a top-level error. */
export function actingOn(service: CartTestService, identity?: Identity) {
  async function data<T>(query: string, variables: object): Promise<T> {
    const answer = await service.ask<Record<string, T>>(query, variables, identity);
    if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer));
    return Object.values(answer.data)[0]!;
  }
  const change = (name: MutationName) => (input: object) => data<Payload>(mutationOf(name), { input });
  const done = (name: MutationName) => async (input: object) => {
    const payload = await change(name)(input);
    if (!payload.cart) throw new Error(JSON.stringify(payload));
    return payload.cart;
  };
  return {
    change: (name: MutationName, input: object) => change(name)(input),
    cart: (id?: string) => data<CartData | null>(QUERY, { id }),
    add: done('addToCart'),
    set: done('setCartItemQuantity'),
    remove: done('removeFromCart'),
    clear: done('clearCart'),
    save: done('saveForLater'),
    restore: done('moveToCart'),
  };
}

/** The quantity of each product in a cart. */
export const contents = (cart: CartData | null) =>
  Object.fromEntries((cart?.items ?? []).map(({ productId, quantity }) => [productId, quantity]));
