import type { EventHandlers } from '@cartograph/kit';
import type { PricingStore } from './store/store.js';

/** The name of pricing on the bus. */
export const CONSUMER = 'pricing';

interface Deps {
  readonly store: Pick<PricingStore, 'giveBackOfOrder'>;
}

/** Giving back twice changes nothing, so handled events are not recorded. */
export const createHandlers = ({ store }: Deps): EventHandlers<'order.cancelled'> => ({
  'order.cancelled': ({ data }) => store.giveBackOfOrder(data.orderId),
});
