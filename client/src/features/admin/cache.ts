import { InMemoryCache, type ApolloCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

const taught = new WeakSet<ApolloCache>();

/** Tells the cache which of staff's lists grow page by page; here, so that the shop's first page does not carry it. */
export function teachCache(cache: ApolloCache): void {
  if (taught.has(cache) || !(cache instanceof InMemoryCache)) return;
  taught.add(cache);
  cache.policies.addTypePolicies({
    Query: {
      fields: {
        orders: relayStylePagination(['filter']),
        users: relayStylePagination(['search']),
        notifications: relayStylePagination(),
      },
    },
    Product: { fields: { stockEntries: relayStylePagination() } },
    Webhook: { fields: { deliveries: relayStylePagination() } },
  });
}
