/**
 * Why a request counts as a guest's: `extensions.reason` of UNAUTHENTICATED (and of SERVICE_UNAVAILABLE for the last).
 * `docs/errors.md` lists them; a test compares it.
 */
export const SIGN_IN_REASONS = {
  TOKEN_MISSING: 'No access token was sent. Sign in.',
  TOKEN_EXPIRED: 'The access token has expired. Renew it with `refreshSession`, or sign in again.',
  TOKEN_INVALID:
    'The access token is not valid: truncated, wrongly signed, signed with an unknown key, or not sent as `Bearer <access token>`. Renew it with `refreshSession`, or sign in again.',
  TOKEN_REVOKED:
    'The session of the access token has ended, or the rights of its user have changed. Renew it with `refreshSession`, or sign in again.',
  TOKEN_UNVERIFIED:
    'The access token cannot be checked at the moment, because the users service is unavailable. Try again later.',
} as const;

export type SignInReason = keyof typeof SIGN_IN_REASONS;

/** Why an access token that was sent does not count. The request goes on as a guest's. */
export type TokenRefusal = Exclude<SignInReason, 'TOKEN_MISSING'>;
