import { ApolloLink } from '@apollo/client';
import { ServerError } from '@apollo/client/errors';
import { getMainDefinition } from '@apollo/client/utilities';
import { catchError, from, of, switchMap, throwError } from 'rxjs';
import { freshAccessToken } from '../session/token.js';

/**
 * An access token may be refused early: it was revoked, or clocks differ. It is then renewed once, and the operation is sent
 * again. If the session turns out to have ended, the user is signed out (session/leave.ts).
 *
 * The gateway treats such a request as a guest's: fields that a guest may not read are UNAUTHENTICATED, and the header
 * `WWW-Authenticate` is present even if all fields have a value, such as a guest's empty cart.
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
    // Never repeat a mutation that may have been applied.
    const isDone = Object.values(data ?? {}).some((payload) => payload !== null);
    return isUnauthenticated === true && !isDone;
  }
  return isUnauthenticated === true || response?.headers.has('www-authenticate') === true;
}
