import { refusals } from '../domain/refusals.js';
import { createSuccessor, hashToken } from '../domain/secret-token.js';
import { decideRefresh } from '../domain/session.js';
import type { Origin } from '../domain/user.js';
import type { UsersQueries } from '../store/store.js';
import type { Deps } from './deps.js';
import { revokeSessionTokens } from './shared/revoke-tokens.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { openSession, renewSession, type OpenedSession, type StoredSession } from './shared/sessions.js';

/** Exchanges a refresh token for new tokens of its session. */
export async function refreshSession(
  deps: Deps,
  refreshToken: string,
  origin: Origin,
): Promise<OpenedSession> {
  const stored = await deps.store.transaction((tx) => exchange(deps, tx, refreshToken, origin));
  if (!stored) {
    // The exchange may have revoked the session.
    deps.onRevocations();
    throw refusals.invalidRefreshToken();
  }
  return openSession(deps, stored);
}

/** @returns null if the token is refused */
async function exchange(
  deps: Deps,
  tx: UsersQueries,
  refreshToken: string,
  origin: Origin,
): Promise<StoredSession | null> {
  const hash = hashToken(refreshToken);
  const sessionId = (await tx.findRefreshToken(hash))?.sessionId;
  // The lock on the session covers all its tokens, so the token is read again after taking it.
  const session = sessionId ? await tx.findSession(sessionId, { lock: true }) : null;
  const token = session && (await tx.findRefreshToken(hash));
  if (!session || !token) return null;
  const user = await tx.findUser(session.userId);
  const now = deps.clock();
  const decision = decideRefresh(token, session, user?.isActive ?? false, now);
  if (decision === 'revoke') {
    await tx.revokeSessions({ id: session.id }, now);
    await revokeSessionTokens(deps, tx, session.id);
    await recordSecurityEvent(deps, tx, 'REFRESH_TOKEN_REUSED', origin, {
      userId: session.userId,
      sessionId: session.id,
    });
  }
  if (decision === 'revoke' || decision === 'refuse' || !user) return null;
  if (decision === 'rotate') await tx.markRefreshTokenUsed(hash, now);
  const newest = await findNewest(tx, refreshToken, deps.tokenSecret);
  if (newest.stored) {
    const { expiresAt } = newest.stored;
    return { user, sessionId: session.id, refreshToken: newest.token.value, expiresAt };
  }
  return renewSession(deps, tx, user, session, origin, newest.token);
}

/** The last token of the chain that starts after a used one; `stored` is null if it still has to be stored. */
async function findNewest(tx: UsersQueries, refreshToken: string, secret: string) {
  let token = createSuccessor(refreshToken, secret);
  let stored = await tx.findRefreshToken(token.hash);
  while (stored?.usedAt) {
    token = createSuccessor(token.value, secret);
    stored = await tx.findRefreshToken(token.hash);
  }
  return { token, stored };
}
