/** A device that is signed in: a chain of refresh tokens, each issued in exchange for the one before. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** When its newest refresh token expires. */
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}

export interface RefreshToken {
  readonly hash: Buffer;
  readonly sessionId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was first exchanged. */
  readonly usedAt: Date | null;
}

/** Within this time a second use is a retry, not theft: a response was lost, or several tabs asked at once. */
export const RETRY_WINDOW_MS = 10_000;

export type RefreshDecision =
  /** First use: exchange it. */
  | 'rotate'
  /** Used again within the retry window: answer with the newest token of the session. */
  | 'repeat'
  /** Used again later: end the session, since the token may have been stolen. */
  | 'revoke'
  /** Ended or expired: the user has to sign in again. */
  | 'refuse';

/**
 * Decides what the use of a refresh token means.
 *
 * Every use within the retry window gets the same successor. So a session has one chain of tokens, its clients cannot
 * invalidate each other's tokens, and a thief who used the window is detected when the successor is used a second time.
 */
export function decideRefresh(
  token: Pick<RefreshToken, 'usedAt' | 'expiresAt'>,
  session: Pick<Session, 'revokedAt'>,
  isUserActive: boolean,
  now: Date,
): RefreshDecision {
  if (session.revokedAt || !isUserActive) return 'refuse';
  if (!token.usedAt) return token.expiresAt > now ? 'rotate' : 'refuse';
  const isRetry = now.getTime() - token.usedAt.getTime() <= RETRY_WINDOW_MS;
  return isRetry ? 'repeat' : 'revoke';
}

export function isLive(session: Pick<Session, 'revokedAt' | 'expiresAt'>, now: Date): boolean {
  return session.revokedAt === null && session.expiresAt > now;
}
