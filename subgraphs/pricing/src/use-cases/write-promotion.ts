import { requireUser, type Clock, type Identity } from '@cartograph/kit';
import { readPromotionText, type Promotion } from '../domain/promotion.js';
import type { PricingStore } from '../store/store.js';

interface Deps {
  readonly store: Pick<PricingStore, 'insert'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Writes one of the pricing. The function throws Refusal INVALID_INPUT, or PublicError UNAUTHENTICATED. */
export const createWritePromotion =
  ({ store, clock, newId }: Deps) =>
  async (identity: Identity, input: { text: string }): Promise<Promotion> => {
    const { userId } = requireUser(identity, 'Sign in to write.');
    const promotion = {
      id: newId(),
      authorId: userId,
      text: readPromotionText(input.text),
      createdAt: clock(),
    };
    await store.insert(promotion);
    return promotion;
  };
