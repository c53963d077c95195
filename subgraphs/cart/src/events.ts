import type { EventHandlers } from '@cartograph/kit';
import type { CartStore } from './store/store.js';
import { takePlacedOrderFromCart } from './use-cases/take-ordered-from-cart.js';

/** This service's name on the event bus. */
export const CONSUMER = 'cart';

/** The events that it handles; it announces none. */
export const CONSUMES = ['order.placed', 'product.changed'] as const;

interface Deps {
  readonly store: CartStore;
}

export function createHandlers({ store }: Deps): EventHandlers<(typeof CONSUMES)[number]> {
  return {
    'order.placed': ({ id: eventId, data }) => takePlacedOrderFromCart({ store }, { ...data, eventId }),
    'product.changed': ({ data }) => store.noteArchived(data.productId, data.isArchived),
  };
}
