import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { sessionSignal } from '../session/leave.js';
import { keyInputs } from './keyed-inputs.js';
import { liveClient } from './live.js';
import { pictureUrl } from './picture-url.js';
import { renewWhenRefused } from './renew-when-refused.js';
import { sessionStore } from '../session/session.js';
import { freshAccessToken } from '../session/token.js';

const authorize = new SetContextLink(async ({ headers }) => {
  const token = await freshAccessToken();
  return { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } };
});

/** A response that arrives after the user has left must not be used. */
const fetchUntilTheyLeave: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    // Older browsers cannot combine signals; Apollo's own signal only saves a response that is no longer needed.
    signal:
      init?.signal && 'any' in AbortSignal ? AbortSignal.any([init.signal, sessionSignal]) : sessionSignal,
  });

const http = ApolloLink.from([
  keyInputs,
  renewWhenRefused,
  authorize,
  new HttpLink({ uri: '/graphql', fetch: fetchUntilTheyLeave }),
]);

export const apollo = new ApolloClient({
  link: ApolloLink.split(
    ({ query }) => {
      const definition = getMainDefinition(query);
      return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
    },
    new GraphQLWsLink(liveClient),
    http,
  ),
  cache: new InMemoryCache({
    typePolicies: {
      Query: { fields: { products: relayStylePagination(['filter', 'sort']), cart: { merge: true } } },
      Money: { keyFields: false },
      Product: { fields: { imageUrl: { read: pictureUrl } } },
      User: { fields: { orders: relayStylePagination(), notifications: relayStylePagination() } },
      Order: { fields: { history: { merge: false } } },
    },
  }),
  clientAwareness: { name: 'cartograph-storefront', version: '0.1.0' },
});

// A guest's data is reloaded for the customer, because some responses depend on the user. (When a customer leaves, the whole
// page is loaded again: session/leave.ts.)
let userId = sessionStore.get()?.user.id;
sessionStore.subscribe(() => {
  const next = sessionStore.get()?.user.id;
  if (next === userId) return;
  userId = next;
  void apollo.resetStore().catch(() => undefined);
});
