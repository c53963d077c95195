import { ownerOf, userCartId } from '../domain/cart-id.js';
import type { ClaimOutcome } from '../store/store.js';
import type { Deps } from './deps.js';

/** The cart that a customer checks out; their own if `cartId` is absent. */
export interface CheckedOutCart {
  readonly cartId?: string | null | undefined;
  readonly customerId: string;
}

/**
 * Claims a cart for an order. Only its holder can check it out: for a user's cart that user, for a guest's cart anyone who has
 * its id.
 */
export async function claimCart(
  { store }: Pick<Deps, 'store'>,
  { cartId, customerId, holder, orderId }: CheckedOutCart & { holder: string; orderId: string },
): Promise<{ id: string; claim: ClaimOutcome }> {
  const id = cartId ?? userCartId(customerId);
  const owner = ownerOf(id);
  const isHolder = owner?.kind === 'guest' || (owner?.kind === 'user' && owner.userId === customerId);
  if (!isHolder) return { id, claim: { outcome: 'no-cart' } };
  const claim = await store.claim(id, holder, orderId);
  // A user always has a cart; an empty one may never have been stored.
  const isUnstored = claim.outcome === 'no-cart' && owner.kind === 'user';
  return { id, claim: isUnstored ? { outcome: 'empty' } : claim };
}
