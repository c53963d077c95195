import type { GaugeDefinition } from '@cartograph/kit';
import type { ShippingStore } from './store/store.js';

interface Deps {
  readonly store: Pick<ShippingStore, 'findZones'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  {
    name: 'cartograph_shipping_zones',
    help: 'How many shipping zones there are',
    read: async () => (await store.findZones()).length,
  },
];
