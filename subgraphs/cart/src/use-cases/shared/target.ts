import { PublicError, signInError, type Identity } from '@cartograph/kit';
import { isHolder } from '../../domain/access.js';
import { ownerOf, userCartId } from '../../domain/cart-id.js';
import { refusals } from '../../domain/refusals.js';

/** The part of an input that names a cart. */
export interface Target {
  readonly cartId?: string | null | undefined;
}

export interface LineTarget extends Target {
  readonly productId: string;
}

/**
 * The cart of a request that names none: the user's own, and none for a guest.
 * @throws PublicError if the request has an invalid token: the user means their own cart, not a new guest cart
 */
export function ownCartId(identity: Identity): string | undefined {
  if (identity.kind === 'user') return userCartId(identity.userId);
  if (identity.kind === 'anonymous' && identity.tokenRefusal) throw notYours(identity);
  return undefined;
}

/** @returns the id of the cart to change; `undefined` if the request names none and comes from a guest */
export function findTarget(identity: Identity, { cartId }: Target): string | undefined {
  if (cartId == null) return ownCartId(identity);
  if (!ownerOf(cartId)) throw refusals.noCart('cartId');
  if (!isHolder(identity, cartId)) throw notYours(identity);
  return cartId;
}

/** @throws Refusal NOT_FOUND if there is no cart to change */
export function requireTarget(identity: Identity, target: Target): string {
  const cartId = findTarget(identity, target);
  if (cartId === undefined) throw refusals.noCartNamed();
  return cartId;
}

export const isUserCart = (cartId: string): boolean => ownerOf(cartId)?.kind === 'user';

export function notYours(identity: Identity): PublicError {
  return identity.kind === 'anonymous'
    ? signInError(identity, 'Sign in to see or change this cart.')
    : new PublicError('FORBIDDEN', 'This cart belongs to another user.');
}
