import { ownerOf, userCartId } from './domain/cart-id.js';
import type { CartLine } from './domain/cart.js';
import type { CartStore, ClaimOutcome } from './store/store.js';

/** Which cart a customer checks out; without `cartId` their own. */
export interface CheckedOutCart {
  readonly cartId?: string | null | undefined;
  readonly customerId: string;
}

export type CartCheckout = ReturnType<typeof createCartCheckout>;

/** What orders asks of a cart while it is checked out. All of it may be asked again. */
export function createCartCheckout(store: CartStore) {
  return {
    /** Only a cart's holder can check it out: a user's cart that user, a guest's cart anyone who has its id. */
    async claim({
      cartId,
      customerId,
      holder,
      orderId,
    }: CheckedOutCart & { holder: string; orderId: string }): Promise<{ id: string; claim: ClaimOutcome }> {
      const id = cartId ?? userCartId(customerId);
      const owner = ownerOf(id);
      const isHolder = owner?.kind === 'guest' || (owner?.kind === 'user' && owner.userId === customerId);
      if (!isHolder) return { id, claim: { outcome: 'no-cart' } };
      const claim = await store.claim(id, holder, orderId);
      // A user always has a cart; it just was not stored yet.
      const isUnstored = claim.outcome === 'no-cart' && owner.kind === 'user';
      return { id, claim: isUnstored ? { outcome: 'empty' } : claim };
    },

    /** Ends the claim of a checkout that failed; also in the cart that it was merged into. */
    async release({ cartId, customerId, orderId }: CheckedOutCart & { orderId: string }): Promise<void> {
      const own = userCartId(customerId);
      if (await store.release(cartId ?? own, orderId)) return;
      if (cartId != null && (await store.wasMerged(own, cartId))) await store.release(own, orderId);
    },

    /** Takes what was ordered out of the cart in which its claim was found. @returns false while the cart is being merged */
    async takeOrdered(
      cartId: string,
      order: { orderId: string; items: readonly Pick<CartLine, 'productId' | 'quantity'>[] },
    ): Promise<boolean> {
      return (await store.takeOrdered(cartId, order)) !== 'merging';
    },
  };
}
