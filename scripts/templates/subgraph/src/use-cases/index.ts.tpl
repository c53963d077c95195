import type { Clock } from '@cartograph/kit';
import type { __Name__Store } from '../store/store.js';
import { createList__Name__ } from './list-__name__.js';
import { createWrite__Entity__ } from './write-__entity__.js';

interface Deps {
  readonly store: __Name__Store;
  readonly clock: Clock;
  readonly newId: () => string;
}

export type UseCases = ReturnType<typeof createUseCases>;

/** What __name__ does. */
export const createUseCases = (deps: Deps) => ({
  list__Name__: createList__Name__(deps),
  write__Entity__: createWrite__Entity__(deps),
});
