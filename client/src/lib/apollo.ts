import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import { from as observableFrom, switchMap } from 'rxjs';
import { connectionState } from './connection-state.js';
import { freshAccessToken } from './token.js';

const authorize = new SetContextLink(async ({ headers }) => {
  const token = await freshAccessToken();
  return { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } };
});

/** A token that was refused all the same (revoked, or clocks that differ) is renewed once and the operation sent again. */
const renewWhenRefused = new ErrorLink(({ error, operation, forward }) => {
  const isRefused =
    (ServerError.is(error) && error.statusCode === 401) ||
    (CombinedGraphQLErrors.is(error) &&
      error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED'));
  if (!isRefused || operation.getContext()['isRenewed']) return undefined;
  operation.setContext({ isRenewed: true });
  return observableFrom(freshAccessToken({ force: true })).pipe(switchMap(() => forward(operation)));
});

const http = ApolloLink.from([renewWhenRefused, authorize, new HttpLink({ uri: '/graphql' })]);

/** One socket for all streams; it comes back by itself, each time with a fresh token. */
export const liveClient = createClient({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  connectionParams: async () => {
    const token = await freshAccessToken();
    return token ? { authorization: `Bearer ${token}` } : {};
  },
  lazy: true,
  keepAlive: 10_000,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: async (retries) => {
    const pause = Math.min(10_000, 500 * 2 ** retries) * (0.5 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        window.removeEventListener('online', done);
        resolve();
      };
      const timer = setTimeout(done, pause);
      window.addEventListener('online', done);
    });
  },
  on: {
    connecting: () => connectionState.set('connecting'),
    connected: () => connectionState.set('live'),
    closed: () => connectionState.set('lost'),
  },
});

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
    },
  }),
  clientAwareness: { name: 'cartograph-storefront', version: '0.1.0' },
});
