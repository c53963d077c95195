import { userCartId } from '../domain/cart-id.js';
import type { CheckedOutCart } from './claim-cart.js';
import type { Deps } from './deps.js';

/** Ends the claim of a checkout that failed, even if the cart has been merged into another one since. Repeating does nothing. */
export async function releaseCart(
  { store }: Pick<Deps, 'store'>,
  { cartId, customerId, orderId }: CheckedOutCart & { orderId: string },
): Promise<void> {
  const own = userCartId(customerId);
  if (await store.release(cartId ?? own, orderId)) return;
  if (cartId != null && (await store.wasMerged(own, cartId))) await store.release(own, orderId);
}
