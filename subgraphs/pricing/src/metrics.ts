import type { GaugeDefinition } from '@cartograph/kit';
import type { PricingStore } from './store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'countCoupons'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  {
    name: 'cartograph_pricing_coupons',
    help: 'How many coupons there are',
    read: () => store.countCoupons(),
  },
];
