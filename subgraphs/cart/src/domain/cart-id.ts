/**
 * The prefix of a cart id tells the two kinds apart, so that a guest's id can never name a user's cart: `g_` and 192 random
 * bits, which cannot be guessed, or `u_` and the user's id, which is not secret and does not have to be.
 */
const GUEST = /^g_[\w-]{32}$/;
const USER = /^u_([A-Za-z0-9-]{1,64})$/;

export type CartOwner = { readonly kind: 'guest' } | { readonly kind: 'user'; readonly userId: string };

/** How many random bytes {@link guestCartId} needs. */
export const GUEST_CART_ID_BYTES = 24;

export const guestCartId = (bytes: Buffer): string => `g_${bytes.toString('base64url')}`;

export const userCartId = (userId: string): string => `u_${userId}`;

/** The owner of the cart that an id names, or `undefined` if it cannot be the id of a cart. */
export function ownerOf(cartId: string): CartOwner | undefined {
  if (GUEST.test(cartId)) return { kind: 'guest' };
  const userId = USER.exec(cartId)?.[1];
  return userId === undefined ? undefined : { kind: 'user', userId };
}
