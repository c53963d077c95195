import { unwrapResolverError } from '@apollo/server/errors';
import type { GraphQLFormattedError } from 'graphql';
import { INTERNAL_ERROR } from './error-codes.js';
import type { Logger } from './logger.js';
import { PublicError } from './public-error.js';
import { currentContext } from './request-context.js';
import { isStoreOutage } from './store-outage.js';

export * from './error-codes.js';
export { PublicError } from './public-error.js';
export * from './refusal.js';

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

/** Lets public errors and request errors through; logs and masks everything else. For Apollo Server's `formatError`. */
export function createErrorFormatter(
  logger: Logger,
): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const original = unwrapResolverError(error);
    const code = formatted.extensions?.['code'];
    const { stacktrace: _stack, ...extensions } = formatted.extensions ?? {};
    // graphql-js raises errors of its own inside execution too (a resolver's null for a non-null field); those are internal errors.
    const isShown =
      original instanceof PublicError ||
      (typeof code === 'string' && REQUEST_CODES.has(code) && !(original instanceof TypeError));
    if (isShown) return { ...formatted, extensions };
    const traceId = currentContext()?.traceId;
    if (isStoreOutage(original)) {
      logger.warn({ err: original, path: formatted.path }, 'A store is unavailable');
      return {
        ...formatted,
        message: 'A store is unavailable at the moment. Try again later.',
        extensions: { code: 'SERVICE_UNAVAILABLE' },
      };
    }
    logger.error(
      { err: original, path: formatted.path },
      'Unexpected error while answering a GraphQL request',
    );
    return {
      message: traceId
        ? `Something went wrong on our side; quote ${traceId} when reporting it.`
        : INTERNAL_ERROR.message,
      ...(formatted.path && { path: formatted.path }),
      ...(formatted.locations && { locations: formatted.locations }),
      extensions: { ...INTERNAL_ERROR.extensions, ...(traceId && { traceId }) },
    };
  };
}
