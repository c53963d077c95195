import { InMemoryCache, type ApolloCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

const taught = new WeakSet<ApolloCache>();

/** Configures the admin lists that grow page by page. It is here so that the shop's first page does not load it. */
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
