import { ownerOf, userCartId } from '../domain/cart-id.js';
import type { CartLine } from '../domain/cart.js';
import type { Deps } from './deps.js';

interface Order {
  readonly orderId: string;
  readonly items: readonly Pick<CartLine, 'productId' | 'quantity'>[];
}

/**
 * Removes what was ordered from the cart that has the order's claim. Repeating does nothing.
 * @returns false while the cart is being merged
 */
export async function takeOrderedFromCart(
  { store }: Pick<Deps, 'store'>,
  cartId: string,
  order: Order,
): Promise<boolean> {
  return (await store.takeOrdered(cartId, order)) !== 'merging';
}

/**
 * Removes what was ordered when the event of the order arrives, once; what was added since stays.
 * @throws Error while the cart is being merged: the event has to be delivered again
 */
export async function takePlacedOrderFromCart(
  { store }: Pick<Deps, 'store'>,
  order: Order & {
    readonly customerId: string;
    readonly cartId?: string | null | undefined;
    readonly eventId: string;
  },
): Promise<void> {
  const own = userCartId(order.customerId);
  const guest = order.cartId && ownerOf(order.cartId)?.kind === 'guest' ? order.cartId : undefined;
  const outcome = await store.takeOrdered(guest ?? own, order);
  if (outcome === 'merging') throw new Error(`The cart of order ${order.orderId} is being merged`);
  // Ordered as a guest and merged before this event arrived: the lines are in the user's own cart now.
  if (guest && outcome === 'no-cart' && (await store.wasMerged(own, guest)))
    await store.takeOrdered(own, order);
}
