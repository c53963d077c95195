import type { PublicErrorCode } from '@cartograph/kit/error-codes';
import type { ResponseError } from '../json/response-error.js';

const CODE: PublicErrorCode = 'SUBSCRIPTION_OVERFLOW';

/**
 * Ends a stream for which too many events wait.
 * @param cursor of the last event given to the client, from which it can subscribe again
 */
export function overflow(message: string, cursor?: string): ResponseError {
  return { message, extensions: { code: CODE, ...(cursor !== undefined && { cursor }) } };
}
