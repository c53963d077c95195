import type { GaugeDefinition } from '@cartograph/kit';
import type { ShippingStore } from './store/store.js';

interface Deps {
  readonly store: Pick<ShippingStore, 'count'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  { name: 'cartograph_shipping', help: 'How many shipping there are', read: () => store.count() },
];
