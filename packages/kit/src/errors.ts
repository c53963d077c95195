import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from './logger.js';
import { currentContext } from './request-context.js';
import { isStoreOutage } from './store-outage.js';

/**
 * Codes of top-level errors (`extensions.code`). Expected refusals are not here: those are user errors in
 * payloads, with the `ErrorCode`s of each schema. `docs/errors.md` explains both; a test compares them.
 */
export const FAULT_CODES = {
  UNAUTHENTICATED: 'Signing in is required, or the token is no longer valid.',
  FORBIDDEN: 'Signed in, but this belongs to somebody else or to staff.',
  BAD_USER_INPUT: 'An argument cannot be read, such as a malformed cursor or a page size out of range.',
  SERVICE_UNAVAILABLE:
    'A store or another service does not answer at the moment; trying again later may work.',
  STREAM_OVERFLOW:
    'A subscriber reads its stream too slowly, so the stream was ended; subscribe again with the last cursor as `after`.',
  INTERNAL_SERVER_ERROR: 'A fault of ours. The message is masked; `extensions.traceId` finds it in the logs.',
} as const;

export type FaultCode = keyof typeof FAULT_CODES;

/** A top-level GraphQL error whose message may be shown to the client. */
export class Fault extends GraphQLError {
  constructor(code: FaultCode, message: string, extensions: Record<string, unknown> = {}) {
    super(message, { extensions: { ...extensions, code } });
    this.name = 'Fault';
  }
}

/** An expected refusal, thrown by domain and service code and answered as `userErrors` (see `refusable`). */
export class Refusal<Code extends string = string> extends Error {
  override readonly name = 'Refusal';
  readonly errors: readonly [UserErrorOutput<Code>, ...UserErrorOutput<Code>[]];

  constructor(code: Code, message: string, field?: readonly string[] | null);
  constructor(errors: readonly UserErrorInput<Code>[]);
  constructor(
    first: Code | readonly UserErrorInput<Code>[],
    message = '',
    field: readonly string[] | null = null,
  ) {
    const errors = typeof first === 'string' ? [{ code: first, message, field }] : first;
    super(errors.map((error) => error.message).join(' '));
    this.errors = errors as unknown as typeof this.errors;
  }

  get code(): Code {
    return this.errors[0].code;
  }
}

/** GraphQL's `UserError`. `field` is the path inside `input`, e.g. `["shippingAddress", "country"]`. */
export interface UserErrorOutput<Code extends string = string> {
  code: Code;
  message: string;
  field: string[] | null;
}

type UserErrorInput<Code extends string> = Omit<UserErrorOutput<Code>, 'field'> & {
  readonly field: readonly string[] | null;
};

/**
 * Runs a use case for a mutation: its result becomes the payload, a {@link Refusal} the payload's `userErrors`.
 * @param empty the payload without its entity, e.g. `{ order: null }`
 */
export async function refusable<Payload extends object, Empty extends object>(
  empty: Empty,
  useCase: () => Promise<Payload>,
): Promise<(Payload | Empty) & { userErrors: UserErrorOutput<never>[] }> {
  try {
    return { ...(await useCase()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...empty, userErrors: error.errors as unknown as UserErrorOutput<never>[] };
  }
}

/** Errors that GraphQL itself raises about the request; their messages are about the client's own text. */
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Lets faults and request errors through; logs and masks everything else. For Apollo Server's `formatError`. */
export function createErrorFormatter(
  logger: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = unwrapResolverError(error);
    const code = formatted.extensions?.['code'];
    const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {};
    // graphql-js raises errors of its own inside execution too (a resolver's null for a non-null field); those are faults.
    const isShown =
      original instanceof Fault ||
      (typeof code === 'string' && REQUEST_CODES.has(code) && !(original instanceof TypeError));
    if (isShown) return { ...formatted, extensions };
    const traceId = currentContext()?.traceId;
    if (isStoreOutage(original)) {
      logger.warn({ err: original, path: formatted.path }, 'A store did not answer');
      return {
        ...formatted,
        message: 'This cannot be answered at the moment; please try again.',
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      };
    }
    logger.error(
      { err: original, path: formatted.path },
      'Unexpected error while answering a GraphQL request',
    );
    return {
      message: `Something went wrong on our side${traceId ? `; quote ${traceId} when reporting it` : ''}.`,
      ...(formatted.path && { path: formatted.path }),
      ...(formatted.locations && { locations: formatted.locations }),
      extensions: { code: 'INTERNAL_SERVER_ERROR', ...(traceId && { traceId }) },
    };
  };
}
