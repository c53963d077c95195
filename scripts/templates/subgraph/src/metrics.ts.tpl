import type { GaugeDefinition } from '@cartograph/kit';
import type { __Name__Store } from './store/store.js';

interface Deps {
  readonly store: Pick<__Name__Store, 'count'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  { name: 'cartograph___name__', help: 'How many __name__ there are', read: () => store.count() },
];
