import { Fault, type Identity } from '@cartograph/service-kit';
import { ownerOf } from './cart-id.js';

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

export function notYours(identity: Identity): Fault {
  return identity.kind === 'anonymous'
    ? new Fault('UNAUTHENTICATED', 'Sign in to see or change this cart.')
    : new Fault('FORBIDDEN', 'This cart belongs to somebody else.');
}
