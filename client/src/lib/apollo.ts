import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { getMainDefinition, relayStylePagination } from '@apollo/client/utilities';
import { OperationTypeNode } from 'graphql';
import { from as observableFrom, switchMap } from 'rxjs';
import { liveClient } from './live.js';
import { pictureUrl } from './picture-url.js';
import { sessionStore } from './session.js';
import { freshAccessToken } from './token.js';

const authorize = new SetContextLink(async ({ headers }) => {
  const token = await freshAccessToken();
  return { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } };
});

/**
 * A token that was refused all the same (revoked, or clocks that differ) is renewed once and the operation sent again.
 * The gateway has answered what a guest may ask: of a mutation, only a field that did nothing may be sent again.
 */
const renewWhenRefused = new ErrorLink(({ error, operation, forward }) => {
  const isMutation = operation.operationType === OperationTypeNode.MUTATION;
  const isRefused =
    (ServerError.is(error) && error.statusCode === 401) ||
    (CombinedGraphQLErrors.is(error) &&
      error.errors.some(
        ({ extensions, path }) =>
          extensions?.['code'] === 'UNAUTHENTICATED' && (!isMutation || (path?.length ?? 0) <= 1),
      ));
  if (!isRefused || operation.getContext()['isRenewed']) return undefined;
  operation.setContext({ isRenewed: true });
  return observableFrom(freshAccessToken({ force: true })).pipe(switchMap(() => forward(operation)));
});

const http = ApolloLink.from([renewWhenRefused, authorize, new HttpLink({ uri: '/graphql' })]);

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

// Somebody else is here now: nothing of the one before may be shown.
let userId = sessionStore.get()?.user.id;
sessionStore.subscribe(() => {
  const next = sessionStore.get()?.user.id;
  if (next === userId) return;
  userId = next;
  void apollo.resetStore().catch(() => undefined);
});
