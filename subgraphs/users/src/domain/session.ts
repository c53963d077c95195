/** One device that is signed in: a chain of refresh tokens, each made from the one before. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  /** When its newest refresh token ends. */
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

/** A response may be lost and the client ask again, or several tabs ask at once: for so long that is no theft. */
export const RETRY_WINDOW_MS = 10_000;

export type RefreshDecision =
  /** First use: exchange it. */
  | 'rotate'
  /** Used again within the retry window: answer with the newest token of the session. */
  | 'repeat'
  /** Used again later: end the session, since one of the two users is a thief. */
  | 'revoke'
  /** Ended or expired: nothing to do but to sign in again. */
  | 'refuse';

/**
 * What the use of a refresh token means.
 *
 * However often a token is used within the retry window, all get one and the same successor. So a session has one chain
 * of tokens, its clients cannot put each other's tokens out of use, and a thief who used the window is found out when
 * the successor is used for the second time.
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
