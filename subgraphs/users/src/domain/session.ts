/** One device that is signed in: a family of refresh tokens, each made from the one before. */
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
  /** The token it was exchanged for; null for the first of a session. */
  readonly parentHash: Buffer | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** When it was exchanged, or put out of use because a sibling was. */
  readonly usedAt: Date | null;
  /** When a second use was forgiven. */
  readonly forgivenAt: Date | null;
}

/** An answer may get lost on its way, and the client ask again: for so long that is no theft. */
export const RETRY_WINDOW_MS = 10_000;

export type RefreshDecision =
  /** First use: exchange it. */
  | 'rotate'
  /** A retry: exchange it once more, beside the first exchange. */
  | 'forgive'
  /** Used by two: end the session, since one of them is a thief. */
  | 'revoke'
  /** Ended or expired: nothing to do but to sign in again. */
  | 'refuse';

/**
 * What the use of a refresh token means.
 *
 * After a retry the token has two children. Using one puts the other out of use (it counts as used then), so the
 * one whose answer got lost does no harm, and a thief's child beside the owner's is found out at the next exchange.
 */
export function decideRefresh(
  token: Pick<RefreshToken, 'usedAt' | 'forgivenAt' | 'expiresAt'>,
  session: Pick<Session, 'revokedAt'>,
  isUserActive: boolean,
  now: Date,
): RefreshDecision {
  if (session.revokedAt || !isUserActive) return 'refuse';
  if (!token.usedAt) return token.expiresAt > now ? 'rotate' : 'refuse';
  const isRetry = now.getTime() - token.usedAt.getTime() <= RETRY_WINDOW_MS;
  if (isRetry && !token.forgivenAt && token.expiresAt > now) return 'forgive';
  return 'revoke';
}

export function isLive(session: Pick<Session, 'revokedAt' | 'expiresAt'>, now: Date): boolean {
  return session.revokedAt === null && session.expiresAt > now;
}
