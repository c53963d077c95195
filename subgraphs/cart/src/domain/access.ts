import type { Identity } from '@cartograph/kit/identity';
import { ownerOf } from './cart-id.js';

const isUser = (identity: Identity, userId: string) => identity.kind === 'user' && identity.userId === userId;

/** Whether the cart is the client's own: a user's cart is that user's, a guest's cart belongs to anyone who has its id. */
export function isHolder(identity: Identity, cartId: string): boolean {
  const owner = ownerOf(cartId);
  if (owner?.kind === 'user') return isUser(identity, owner.userId);
  return identity.kind !== 'service';
}

/** Holders, staff and services may see a cart. */
export function maySee(identity: Identity, cartId: string): boolean {
  const isStaff = identity.kind === 'user' && identity.role === 'ADMIN';
  return isHolder(identity, cartId) || isStaff || identity.kind === 'service';
}
