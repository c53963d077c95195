import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useNavigate } from 'react-router';
import type { CheckoutInput } from '../../generated/schema.js';
import type { UserErrorLike } from '../../lib/forms.js';
import { newIdempotencyKey } from '../../lib/idempotency-key.js';
import { draft, joinAttempt, sharedAttempt, type OrderName } from './attempt.js';
import { useCheckoutMutation, type CheckoutMutation } from './Checkout.generated.js';

type Answer = CheckoutMutation['checkout'];
type Money = NonNullable<Answer['currentTotal']>;

/** Of this key, or of the same cart on another device. */
const UNDER_WAY: ReadonlySet<string> = new Set(['REQUEST_IN_PROGRESS', 'CHECKOUT_IN_PROGRESS']);
const ASK_AGAIN_MS = 1_000;
const ASK_AT_MOST = 20;

interface Checkout {
  /** The order was placed here; its page is being opened. */
  readonly isPlaced: boolean;
  /** Sent here or in another tab, without a response yet: the input must not change until there is one. */
  readonly isOpen: boolean;
  /** The order that another tab or device has made of this cart. */
  readonly otherOrder: OrderName | null;
  /** The total that the shop says it is now, after a refusal because of it. */
  readonly changedTotal: Money | null;
  /** Places the order and opens its page; resolves to why it was refused. Rejects if there was no response. */
  place(input: Omit<CheckoutInput, 'idempotencyKey'>): Promise<readonly UserErrorLike[]>;
  /** Sends the open attempt again, exactly as it was. */
  askAgain(): Promise<readonly UserErrorLike[]>;
}

/**
 * @param onPlaced called when the cart has become an order, here or in another tab. The shop empties the cart a moment
 *   later, so fetching it then could still return the items that were ordered.
 * @param onRefused called when the cart may have changed under the customer
 */
export function useCheckout(userId: string, onPlaced: () => void, onRefused: () => void): Checkout {
  const navigate = useNavigate();
  const apollo = useApolloClient();
  const [mutate] = useCheckoutMutation();
  // While rendering, since the order of an earlier purchase must not be shown for this one.
  useState(joinAttempt);
  const attempt = useSyncExternalStore(sharedAttempt.subscribe, sharedAttempt.get);
  const [isSendingHere, setSendingHere] = useState(false);
  const [isPlaced, setPlaced] = useState(false);
  const [changedTotal, setChangedTotal] = useState<Money | null>(null);

  /** Asks until the shop has decided: another request may still be at work. */
  const askUntilDecided = useCallback(
    async (input: CheckoutInput): Promise<Answer | undefined> => {
      for (let asked = 1; ; asked += 1) {
        const answer = (await mutate({ variables: { input } })).data?.checkout;
        const isUnderWay = answer?.userErrors.some(({ code }) => UNDER_WAY.has(code));
        if (!isUnderWay || asked === ASK_AT_MOST) return answer;
        await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
      }
    },
    [mutate],
  );

  const send = useCallback(
    async (input: CheckoutInput): Promise<readonly UserErrorLike[]> => {
      const ask = (idempotencyKey: string) => {
        const sent = { ...input, idempotencyKey };
        sharedAttempt.set({ idempotencyKey, sent, order: null });
        return askUntilDecided(sent);
      };
      let { idempotencyKey } = input;
      let answer = await ask(idempotencyKey);
      if (answer?.userErrors.some(({ code }) => code === 'IDEMPOTENCY_KEY_REUSED')) {
        // Two tabs have sent different details in the same instant; the shop has taken the other tab's. With a key of
        // its own, this one learns which order the cart has become.
        idempotencyKey = newIdempotencyKey();
        answer = await ask(idempotencyKey);
      }
      if (answer?.order) {
        setPlaced(true);
        sharedAttempt.set({ idempotencyKey, sent: null, order: answer.order });
        draft.set(null);
        onPlaced();
        apollo.cache.modify({
          id: `User:${userId}`,
          fields: { orders: (_, { DELETE }) => DELETE },
        });
        await navigate(`/orders/${answer.order.id}`, { replace: true, state: { isNew: true } });
        return [];
      }
      if (answer?.existingOrder) {
        sharedAttempt.set({ idempotencyKey, sent: null, order: answer.existingOrder });
        draft.set(null);
        onRefused();
        return [];
      }
      sharedAttempt.set({ idempotencyKey, sent: null, order: null });
      setChangedTotal(answer?.currentTotal ?? null);
      onRefused();
      return answer?.userErrors ?? [];
    },
    [apollo, askUntilDecided, navigate, onPlaced, onRefused, userId],
  );

  const sendHere = async (input: CheckoutInput): Promise<readonly UserErrorLike[]> => {
    setSendingHere(true);
    try {
      return await send(input);
    } finally {
      setSendingHere(false);
    }
  };

  // The other tab's order: the cart shown here is out of date.
  const otherOrder = isSendingHere || isPlaced ? null : (attempt?.order ?? null);
  const otherOrderId = otherOrder?.id;
  useEffect(() => {
    if (otherOrderId) onPlaced();
  }, [otherOrderId, onPlaced]);

  return {
    isPlaced,
    isOpen: Boolean(attempt?.sent) && !isSendingHere,
    otherOrder,
    changedTotal,
    place(input) {
      const { sent, idempotencyKey } = joinAttempt();
      return sendHere(sent ?? { ...input, idempotencyKey });
    },
    askAgain: async () => {
      const sent = sharedAttempt.get()?.sent;
      return sent ? sendHere(sent) : [];
    },
  };
}
