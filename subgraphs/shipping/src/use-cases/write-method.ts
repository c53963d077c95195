import { requireUser, type Clock, type Identity } from '@cartograph/kit';
import { readMethodText, type Method } from '../domain/method.js';
import type { ShippingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<ShippingStore, 'insert'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Writes one of the shipping. The function throws Refusal INVALID_INPUT, or PublicError UNAUTHENTICATED. */
export const createWriteMethod =
  ({ store, clock, newId }: Deps) =>
  async (identity: Identity, input: { text: string }): Promise<Method> => {
    const { userId } = requireUser(identity, 'Sign in to write.');
    const method = {
      id: newId(),
      authorId: userId,
      text: readMethodText(input.text),
      createdAt: clock(),
    };
    await store.insert(method);
    return method;
  };
