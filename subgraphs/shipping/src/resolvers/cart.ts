import { parseMoney, type MoneyInput } from '@cartograph/money';
import { optionsFor } from '../domain/zone.js';
import type { CartResolvers } from '../generated/graphql.js';

/** A cart with what `@requires` asks of the cart and products subgraphs. */
export interface CartRepresentation {
  readonly id: string;
  readonly items?: readonly {
    readonly quantity: number;
    readonly product: { readonly weight: number | null } | null;
  }[];
  readonly subtotal?: MoneyInput | null;
}

const weightOf = ({ items = [] }: CartRepresentation): number =>
  items.reduce((sum, { quantity, product }) => sum + quantity * (product?.weight ?? 0), 0);

export const Cart: CartResolvers = {
  __resolveReference: (cart) => cart as CartRepresentation,
  async shippingOptions(cart, { country, postalCode = null }, { zones }) {
    if (!cart.subtotal) return null;
    const all = await zones();
    if (all.length === 0) return null;
    const parcel = { weight: weightOf(cart), subtotal: parseMoney(cart.subtotal) };
    return optionsFor(all, { country, postalCode }, parcel);
  },
};
