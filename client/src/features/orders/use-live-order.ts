import { useEffect, useState } from 'react';
import type { OrderPartsFragment } from '../../graphql/OrderParts.generated.js';
import { problemOf } from '../../lib/problem.js';
import { useOrderStatusChangedSubscription } from './OrderStatusChanged.generated.js';

const RESTART_AFTER_MS = 3_000;

/**
 * Follows an order until it is final. Each event contains the order's new state, so the cache and the page update. The stream
 * starts after the last event that the page already shows, so nothing is missed.
 * @returns what ended the stream, if it cannot continue
 */
export function useLiveOrder(order: OrderPartsFragment): unknown {
  const isFinal = order.status === 'DELIVERED' || order.status === 'CANCELLED';
  // Later events move `history` on; the stream itself remembers how far it has come.
  const [after] = useState(() => order.history.at(-1)?.cursor);
  const { error, restart } = useOrderStatusChangedSubscription({
    variables: { orderId: order.id, ...(after && { after }) },
    skip: isFinal,
  });
  const kind = error && problemOf(error).kind;
  const isPassing = kind !== undefined && kind !== 'sign-in' && kind !== 'forbidden';
  useEffect(() => {
    if (!isPassing) return undefined;
    const timer = setTimeout(restart, RESTART_AFTER_MS);
    return () => clearTimeout(timer);
  }, [isPassing, error, restart]);
  return isPassing ? undefined : error;
}
