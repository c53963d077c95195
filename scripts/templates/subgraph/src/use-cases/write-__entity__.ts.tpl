import { requireUser, type Clock, type Identity } from '@cartograph/kit';
import { read__Entity__Text, type __Entity__ } from '../domain/__entity__.js';
import type { __Name__Store } from '../store/store.js';

interface Deps {
  readonly store: Pick<__Name__Store, 'insert'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Writes one of the __name__. The function throws Refusal INVALID_INPUT, or PublicError UNAUTHENTICATED. */
export const createWrite__Entity__ =
  ({ store, clock, newId }: Deps) =>
  async (identity: Identity, input: { text: string }): Promise<__Entity__> => {
    const { userId } = requireUser(identity, 'Sign in to write.');
    const __entity__ = {
      id: newId(),
      authorId: userId,
      text: read__Entity__Text(input.text),
      createdAt: clock(),
    };
    await store.insert(__entity__);
    return __entity__;
  };
