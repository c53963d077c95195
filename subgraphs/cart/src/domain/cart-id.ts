import { randomBytes } from 'node:crypto';

/**
 * Cart ids are of two kinds, told apart by their first letter, so that no guest's id can ever name a user's cart:
 * `g_` and 192 random bits, which nobody can guess; `u_` and the user's id, which is no secret and needs none.
 */
const GUEST = /^g_[\w-]{32}$/;
const USER = /^u_([A-Za-z0-9-]{1,64})$/;

export type CartOwner = { readonly kind: 'guest' } | { readonly kind: 'user'; readonly userId: string };

export const newGuestCartId = (): string => `g_${randomBytes(24).toString('base64url')}`;

export const userCartId = (userId: string): string => `u_${userId}`;

/** Whose cart an id names, or `undefined` if it cannot be a cart's id. */
export function ownerOf(cartId: string): CartOwner | undefined {
  if (GUEST.test(cartId)) return { kind: 'guest' };
  const userId = USER.exec(cartId)?.[1];
  return userId === undefined ? undefined : { kind: 'user', userId };
}
