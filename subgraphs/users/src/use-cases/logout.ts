import { isId, requireUser, type Identity } from '@cartograph/kit';
import { hashToken } from '../domain/secret-token.js';
import type { Origin } from '../domain/user.js';
import type { LogoutInput } from '../generated/graphql.js';
import type { UsersQueries } from '../store/store.js';
import type { Deps } from './deps.js';
import { revokeSessionTokens, revokeUserTokens } from './shared/revoke-tokens.js';
import { recordSecurityEvent } from './shared/security-events.js';

/**
 * Ends one session, or all sessions of its user.
 * @returns how many sessions it ended; 0 if the token is unknown or its session has ended before
 */
export async function logout(
  deps: Deps,
  input: LogoutInput,
  identity: Identity,
  origin: Origin,
): Promise<number> {
  const { refreshToken } = input;
  const isEverywhere = input.everywhere ?? false;
  if (refreshToken == null)
    requireUser(identity, 'Send the refresh token of the session to end, or an access token.');
  const endedSessions = await deps.store.transaction(async (tx) => {
    const sessionId = await findSessionId(tx, refreshToken, identity);
    const session = sessionId && isId(sessionId) ? await tx.findSession(sessionId) : null;
    if (!session || session.revokedAt) return 0;
    const { userId } = session;
    const user = await tx.findUser(userId, { lock: true });
    const ended = await tx.revokeSessions(isEverywhere ? { userId } : { id: session.id }, deps.clock());
    if (ended > 0) {
      if (isEverywhere && user) await tx.saveUser(await revokeUserTokens(deps, tx, user));
      else await revokeSessionTokens(deps, tx, session.id);
      const type = isEverywhere ? 'SIGNED_OUT_EVERYWHERE' : 'SIGNED_OUT';
      await recordSecurityEvent(deps, tx, type, origin, { userId, actorId: userId, sessionId: session.id });
    }
    return ended;
  });
  deps.onRevocations();
  return endedSessions;
}

async function findSessionId(
  tx: UsersQueries,
  refreshToken: string | null | undefined,
  identity: Identity,
): Promise<string | undefined> {
  if (refreshToken != null) return (await tx.findRefreshToken(hashToken(refreshToken)))?.sessionId;
  return identity.kind === 'user' ? identity.sessionId : undefined;
}
