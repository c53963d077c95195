import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState } from 'react';
import {
  AdminRecentOrdersDocument,
  type AdminRecentOrdersQuery,
  type AdminRecentOrdersQueryVariables,
} from './AdminRecentOrders.generated.js';
import type { RecentOrder } from './series.js';

const HOUR_MS = 3_600_000;
const EVERY_MS = 15_000;
const PAGE_SIZE = 100;
const MAX_PAGES = 20;

export interface RecentOrders {
  readonly orders: readonly RecentOrder[];
  /** The total number; larger than the length of `orders` if there were too many to load. */
  readonly totalCount: number;
  /** In ms since 1970. */
  readonly readAt: number;
}

/** All orders of the last hour, reloaded every 15 seconds while the page is visible. */
export function useRecentOrders() {
  const client = useApolloClient();
  const [recent, setRecent] = useState<RecentOrders>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const state = { isOver: false };
    let timer: ReturnType<typeof setTimeout>;
    const read = async () => {
      const now = Date.now();
      const orders: RecentOrder[] = [];
      let after: string | null = null;
      let totalCount = 0;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer: { data?: AdminRecentOrdersQuery | undefined } = await client.query<
          AdminRecentOrdersQuery,
          AdminRecentOrdersQueryVariables
        >({
          query: AdminRecentOrdersDocument,
          // Nothing else shows these, and each reading is about another hour: the cache would only grow.
          fetchPolicy: 'no-cache',
          variables: { first: PAGE_SIZE, after, placedFrom: new Date(now - HOUR_MS).toISOString() },
        });
        orders.push(...(answer.data?.orders?.edges.map(({ node }) => node) ?? []));
        totalCount = answer.data?.orders?.totalCount ?? totalCount;
        after = answer.data?.orders?.pageInfo.endCursor ?? null;
        if (!answer.data?.orders?.pageInfo.hasNextPage || state.isOver) break;
      }
      return { orders, totalCount, readAt: now };
    };
    const loop = async () => {
      if (!document.hidden)
        await read().then(
          (found) => {
            if (state.isOver) return;
            setRecent(found);
            setError(undefined);
          },
          (reason: unknown) => !state.isOver && setError(reason),
        );
      if (!state.isOver) timer = setTimeout(() => void loop(), EVERY_MS);
    };
    void loop();
    return () => {
      state.isOver = true;
      clearTimeout(timer);
    };
  }, [client]);
  return { recent, error };
}
