import { CombinedGraphQLErrors, CombinedProtocolErrors, ServerError } from '@apollo/client/errors';

/** What went wrong with an operation, as far as the user can act on it. */
export type Problem =
  | { readonly kind: 'offline' }
  /** Part of the shop does not answer; `service` is the part. */
  | { readonly kind: 'outage'; readonly service: string | undefined }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'busy' }
  /** An internal error; the reference finds it in the logs. */
  | { readonly kind: 'fault'; readonly reference: string | undefined };

/** A subgraph that is down, late or unreadable, a store behind it, or an overloaded gateway. */
const OUTAGE = /^(SUBGRAPH_(?!RESPONSE_INVALID)\w+|SERVICE_UNAVAILABLE|DOWNSTREAM_SERVICE_ERROR|OVERLOADED)$/;

/** Classifies an Apollo Client error by what the user can do about it. */
export function problemOf(error: unknown): Problem {
  if (CombinedGraphQLErrors.is(error) || CombinedProtocolErrors.is(error)) {
    const extensions = error.errors[0]?.extensions ?? {};
    const code = String(extensions['code'] ?? '');
    if (code === 'UNAUTHENTICATED') return { kind: 'sign-in' };
    if (code === 'FORBIDDEN') return { kind: 'forbidden' };
    if (code === 'RATE_LIMITED') return { kind: 'busy' };
    if (OUTAGE.test(code)) return { kind: 'outage', service: text(extensions['service']) };
    return { kind: 'fault', reference: text(extensions['traceId']) };
  }
  if (ServerError.is(error)) {
    if (error.statusCode === 401) return { kind: 'sign-in' };
    if (error.statusCode === 429) return { kind: 'busy' };
    return { kind: 'outage', service: undefined };
  }
  // fetch() rejects with a TypeError if it reaches no server.
  return { kind: 'offline' };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
