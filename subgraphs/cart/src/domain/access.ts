import { Fault, signInFault, type Identity } from '@cartograph/kit';
import { ownerOf, userCartId } from './cart-id.js';

const isUser = (identity: Identity, userId: string) => identity.kind === 'user' && identity.userId === userId;

/** Whether the cart is the asker's own: a user's for that user, a guest's for whoever holds its id. */
export function isHolder(identity: Identity, cartId: string): boolean {
  const owner = ownerOf(cartId);
  if (owner?.kind === 'user') return isUser(identity, owner.userId);
  return identity.kind !== 'service';
}

/** Holders may, and staff and services may look. */
export function maySee(identity: Identity, cartId: string): boolean {
  const isStaff = identity.kind === 'user' && identity.role === 'ADMIN';
  return isHolder(identity, cartId) || isStaff || identity.kind === 'service';
}

/**
 * The cart of a request that names none: the user's own, and none yet for a guest.
 * @throws Fault if it came with a token that does not count: the person means their own cart, not a new guest cart
 */
export function ownCartId(identity: Identity): string | undefined {
  if (identity.kind === 'user') return userCartId(identity.userId);
  if (identity.kind === 'anonymous' && identity.tokenRefusal) throw notYours(identity);
  return undefined;
}

export function notYours(identity: Identity): Fault {
  return identity.kind === 'anonymous'
    ? signInFault(identity, 'Sign in to see or change this cart.')
    : new Fault('FORBIDDEN', 'This cart belongs to somebody else.');
}
