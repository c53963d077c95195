import type { AnyEvent, EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';
import { ownerOf, userCartId } from './domain/cart-id.js';
import type { CartStore } from './store/store.js';

/** What cart listens to. */
export function createCartSubscription(store: CartStore): EventSubscription {
  return {
    consumer: 'cart',
    types: ['order.placed', 'product.changed'],
    handle: inTraceOf(async (event: AnyEvent) => {
      if (event.type === 'order.placed') await onOrderPlaced(store, event);
      if (event.type === 'product.changed')
        await store.noteArchived(event.data.productId, event.data.isArchived);
    }),
  };
}

/** Takes what was ordered out of the cart it was ordered from; what was added meanwhile stays. */
async function onOrderPlaced(
  store: CartStore,
  { id: eventId, data }: Extract<AnyEvent, { type: 'order.placed' }>,
): Promise<void> {
  const order = { orderId: data.orderId, items: data.items, eventId };
  const own = userCartId(data.customerId);
  const guest = data.cartId && ownerOf(data.cartId)?.kind === 'guest' ? data.cartId : undefined;
  const outcome = await store.takeOrdered(guest ?? own, order);
  if (outcome === 'merging') throw new Error(`Cart of order ${data.orderId} is being merged`);
  // Ordered as a guest, merged at login before this event arrived: the lines are in the user's own cart now.
  if (guest && outcome === 'no-cart' && (await store.wasMerged(own, guest)))
    await store.takeOrdered(own, order);
}
