import type { Identity } from '@cartograph/kit';
import { isHolder, maySee } from '../domain/access.js';
import { ownerOf } from '../domain/cart-id.js';
import { createEmptyCart, type Cart } from '../domain/cart.js';
import type { Deps } from './deps.js';
import { isUserCart, notYours, ownCartId } from './shared/target.js';

/** Shows a cart. Its expiry is renewed if its holder sees it. @returns null for an unknown cart, and for a guest without one */
export async function viewCart(
  { store, limits, clock }: Deps,
  identity: Identity,
  cartId: string | null | undefined,
): Promise<Cart | null> {
  const id = cartId ?? ownCartId(identity);
  if (id === undefined || !ownerOf(id)) return null;
  if (!maySee(identity, id)) throw notYours(identity);
  const cart = await store.read(id, { renew: isHolder(identity, id) });
  return cart ?? (isUserCart(id) ? createEmptyCart(id, limits, clock()) : null);
}

/** Reads carts without renewing them, in the order of the ids; null for an unknown one. */
export async function readCarts(
  { store, limits, clock }: Deps,
  cartIds: readonly string[],
): Promise<(Cart | null)[]> {
  const carts = await store.readMany(cartIds);
  return carts.map((cart, index) => {
    const id = cartIds[index]!;
    return cart ?? (isUserCart(id) ? createEmptyCart(id, limits, clock()) : null);
  });
}
