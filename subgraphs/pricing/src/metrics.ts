import type { GaugeDefinition } from '@cartograph/kit';
import type { PricingStore } from './store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'count'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  { name: 'cartograph_pricing', help: 'How many pricing there are', read: () => store.count() },
];
