/**
 * Codes of top-level errors (`extensions.code`). Expected refusals are not here: those are user errors in payloads, with
 * the `ErrorCode`s of each schema. `docs/errors.md` explains both; a test compares them.
 */
export const PUBLIC_ERROR_CODES = {
  UNAUTHENTICATED: 'Signing in is required, or the token is no longer valid.',
  FORBIDDEN: 'Signed in, but without permission: it belongs to another user, or only staff may see it.',
  BAD_USER_INPUT: 'An argument cannot be read, such as a malformed cursor or a page size out of range.',
  SERVICE_UNAVAILABLE: 'A store or another service is unavailable; retrying later may work.',
  SUBSCRIPTION_OVERFLOW:
    'A subscriber reads its stream too slowly, so the stream was ended; subscribe again with the last cursor as `after`.',
  INTERNAL_SERVER_ERROR:
    'An internal error. The message is masked; `extensions.traceId` finds it in the logs.',
} as const;

export type PublicErrorCode = keyof typeof PUBLIC_ERROR_CODES;

/** What clients see instead of an error whose message is not for them. */
export const INTERNAL_ERROR = {
  message: 'Something went wrong on our side.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
} as const;
