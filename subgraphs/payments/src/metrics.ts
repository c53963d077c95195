import type { GaugeDefinition } from '@cartograph/kit';
import type { PaymentsStore } from './store/store.js';

interface Deps {
  readonly store: Pick<PaymentsStore, 'countByStatus' | 'countInDoubt'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  {
    name: 'cartograph_payments',
    help: 'Payments by status',
    label: 'status',
    read: () => store.countByStatus(),
  },
  {
    name: 'cartograph_payments_in_doubt',
    help: 'Charges that the provider has not answered',
    read: () => store.countInDoubt(),
  },
];
