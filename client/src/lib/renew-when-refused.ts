import { ApolloLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { getMainDefinition } from '@apollo/client/utilities';
import { catchError, from, of, switchMap, throwError } from 'rxjs';
import { freshAccessToken } from '../person/token.js';

/**
 * An access token may be refused before its time: it was revoked, or clocks differ. Then it is renewed once, and the
 * operation is sent again. Where renewing shows that the session has ended, the page is left (person/leave.ts).
 *
 * The gateway answers such a request as a guest's: what a guest may not read is UNAUTHENTICATED, and the header
 * `WWW-Authenticate` says so even where all fields have an answer, such as a guest's empty cart.
 */
export const renewWhenRefused = new ApolloLink((operation, forward) => {
  const again = () =>
    from(freshAccessToken({ force: true })).pipe(
      switchMap((token) => {
        if (token === null) throw new Error('The session has ended.');
        return forward(operation);
      }),
    );
  return forward(operation).pipe(
    catchError((error: unknown) =>
      ServerError.is(error) && error.statusCode === 401 ? again() : throwError(() => error),
    ),
    switchMap((result, index) => (index === 0 && isRefused(operation, result) ? again() : of(result))),
  );
});

function isRefused(operation: ApolloLink.Operation, { data, errors }: ApolloLink.Result): boolean {
  const { headers, response } = operation.getContext() as {
    headers?: Readonly<Record<string, string>>;
    response?: Response;
  };
  if (!headers?.['authorization']) return false;
  const isUnauthenticated = errors?.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED');
  const definition = getMainDefinition(operation.query);
  if (definition.kind === 'OperationDefinition' && definition.operation === 'mutation') {
    // Never send again what may have been done.
    const isDone = Object.values(data ?? {}).some((payload) => payload !== null);
    return isUnauthenticated === true && !isDone;
  }
  return isUnauthenticated === true || response?.headers.has('www-authenticate') === true;
}
