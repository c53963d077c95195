import { useEffect, useRef, useState } from 'react';
import type { AdminBoardQuery } from './AdminBoard.generated.js';
import { AdminBoardDocument, useAdminBoardQuery } from './AdminBoard.generated.js';
import { useAdminBoardCountsLazyQuery } from './AdminBoardCounts.generated.js';
import { useAdminBoardPageLazyQuery } from './AdminBoardPage.generated.js';
import { useAdminOrderEventsSubscription } from './AdminOrderEvents.generated.js';
import { findOrder, placeOrder } from './board.js';

export const PAGE = { first: 50 } as const;
export const BOARD = { query: AdminBoardDocument, variables: PAGE } as const;
const COUNT_AFTER_MS = 1_000;

/**
 * The board, kept in Apollo's cache and moved by `orderEvents`. The stream begins behind the last event of the newest
 * order that the first answer held, so that nothing between response and stream is missed; repeated events change nothing.
 */
export function useBoard() {
  const {
    data: present,
    previousData,
    error,
    refetch,
  } = useAdminBoardQuery({
    variables: PAGE,
    fetchPolicy: 'cache-and-network',
    // Without the customers' names or the payments there is still a board.
    errorPolicy: 'all',
  });
  const data = present ?? previousData;
  const [count] = useAdminBoardCountsLazyQuery({ fetchPolicy: 'network-only' });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  // The first response decides where the stream starts; later ones must not restart it.
  const [start, setStart] = useState<string>();
  if (data?.newest && start === undefined) setStart(data.newest.edges[0]?.node.history.at(-1)?.cursor ?? '');

  const stream = useAdminOrderEventsSubscription({
    // Not written directly: an event may be older than a mutation's response that has arrived since.
    fetchPolicy: 'no-cache',
    errorPolicy: 'all',
    skip: start === undefined,
    variables: { after: start || null },
    onData({ client, data: { data: event } }) {
      if (!event) return;
      const { order } = event.orderEvents;
      let isOnBoard = true;
      client.cache.updateQuery<AdminBoardQuery>(BOARD, (board) => {
        if (!board) return undefined;
        isOnBoard = findOrder(board, order.id) !== undefined || event.orderEvents.type === 'PLACED';
        return placeOrder(board, order);
      });
      // It was one of those not loaded; only the shop knows how many are left there.
      if (!isOnBoard && timer.current === undefined)
        timer.current = setTimeout(() => {
          timer.current = undefined;
          void count().catch(() => undefined);
        }, COUNT_AFTER_MS);
    },
  });
  const [loadPage] = useAdminBoardPageLazyQuery({ fetchPolicy: 'network-only' });
  return { board: data, error: error ?? stream.error, refetch, loadPage };
}
