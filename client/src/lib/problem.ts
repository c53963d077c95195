import { CombinedGraphQLErrors, CombinedProtocolErrors, ServerError } from '@apollo/client/errors';

/** What went wrong with an operation, as far as a person can act on it. */
export type Problem =
  | { readonly kind: 'offline' }
  /** Part of the shop does not answer; `service` is the part. */
  | { readonly kind: 'outage'; readonly service: string | undefined }
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'busy' }
  /** Ours: the reference finds it in the logs. */
  | { readonly kind: 'fault'; readonly reference: string | undefined };

/** A subgraph that is away, late or unreadable; a store behind it; the gateway itself, too busy. */
const OUTAGE = /^(SUBGRAPH_(?!RESPONSE_INVALID)\w+|SERVICE_UNAVAILABLE|DOWNSTREAM_SERVICE_ERROR|OVERLOADED)$/;

/** Sorts an Apollo Client error by what the person can do about it. */
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
  // fetch() rejects with a TypeError when nothing was reached.
  return { kind: 'offline' };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
