import { useApolloClient } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import { useNavigate } from 'react-router';
import type { CheckoutInput } from '../../generated/schema.js';
import type { UserErrorLike } from '../../lib/forms.js';
import { newIdempotencyKey } from '../../lib/idempotency-key.js';
import { attemptStore } from './attempt.js';
import { useCheckoutMutation, type CheckoutMutation } from './Checkout.generated.js';

type Money = NonNullable<CheckoutMutation['checkout']['currentTotal']>;

const ASK_AGAIN_MS = 1_000;
const ASK_AT_MOST = 20;

interface Checkout {
  /** Sent without an answer: what was typed must not change until there is one. */
  readonly isOpen: boolean;
  /** The total that the shop says it is now, after a refusal because of it. */
  readonly changedTotal: Money | null;
  /** Places the order and goes to its page; resolves to why it was refused. Rejects if there was no answer. */
  place(input: Omit<CheckoutInput, 'idempotencyKey'>): Promise<readonly UserErrorLike[]>;
  /** Sends the open attempt again, exactly as it was. */
  askAgain(): Promise<readonly UserErrorLike[]>;
}

/** @param onRefused called when the cart may have changed under the customer */
export function useCheckout(userId: string, onPlaced: () => void, onRefused: () => void): Checkout {
  const navigate = useNavigate();
  const apollo = useApolloClient();
  const [mutate] = useCheckoutMutation();
  const [isOpen, setOpen] = useState(() => attemptStore.get(userId)?.isOpen ?? false);
  const [changedTotal, setChangedTotal] = useState<Money | null>(null);

  const send = useCallback(
    async (input: CheckoutInput): Promise<readonly UserErrorLike[]> => {
      attemptStore.set({ userId, input, isOpen: true });
      for (let asked = 1; ; asked += 1) {
        let answer: CheckoutMutation['checkout'] | undefined;
        try {
          answer = (await mutate({ variables: { input } })).data?.checkout;
        } catch (error) {
          setOpen(true);
          throw error;
        }
        const codes = answer?.userErrors.map(({ code }) => code) ?? [];
        // The first request with this key is still at work (its answer was lost to us): it will have one soon.
        if (codes.includes('REQUEST_IN_PROGRESS') && asked < ASK_AT_MOST) {
          await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
          continue;
        }
        if (answer?.order) {
          attemptStore.clear();
          onPlaced();
          apollo.cache.modify({
            id: `User:${userId}`,
            fields: { orders: (_, { DELETE }) => DELETE },
          });
          await navigate(`/orders/${answer.order.id}`, { replace: true, state: { isNew: true } });
          return [];
        }
        attemptStore.set({ userId, input, isOpen: false });
        setOpen(false);
        setChangedTotal(answer?.currentTotal ?? null);
        onRefused();
        return answer?.userErrors ?? [];
      }
    },
    [apollo, mutate, navigate, onPlaced, onRefused, userId],
  );

  return {
    isOpen,
    changedTotal,
    place(input) {
      // A refusal does not use the key up, so one purchase has one key, however often it is corrected.
      const idempotencyKey = attemptStore.get(userId)?.input.idempotencyKey ?? newIdempotencyKey();
      return send({ ...input, idempotencyKey });
    },
    askAgain: async () => {
      const attempt = attemptStore.get(userId);
      return attempt ? send(attempt.input) : [];
    },
  };
}
