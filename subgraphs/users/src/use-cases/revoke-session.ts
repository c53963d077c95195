import { isId, type Identity } from '@cartograph/kit';
import { refusals } from '../domain/refusals.js';
import type { Origin } from '../domain/user.js';
import type { Deps } from './deps.js';
import { requireActor } from './shared/actor.js';
import { revokeSessionTokens } from './shared/revoke-tokens.js';
import { recordSecurityEvent } from './shared/security-events.js';

/** Ends one session: users can end their own, administrators anyone's. @returns its id */
export async function revokeSession(
  deps: Deps,
  sessionId: string,
  identity: Identity,
  origin: Origin,
): Promise<string> {
  await deps.store.transaction(async (tx) => {
    const actor = await requireActor(deps, tx, identity);
    const session = isId(sessionId) ? await tx.findSession(sessionId) : null;
    const mayEnd = session?.userId === actor.user.id || actor.user.role === 'ADMIN';
    if (!session || !mayEnd) throw refusals.sessionNotFound();
    if ((await tx.revokeSessions({ id: session.id }, deps.clock())) === 0) throw refusals.sessionNotFound();
    await revokeSessionTokens(deps, tx, session.id);
    await recordSecurityEvent(deps, tx, 'SESSION_REVOKED', origin, {
      userId: session.userId,
      actorId: actor.user.id,
      sessionId: session.id,
    });
  });
  deps.onRevocations();
  return sessionId;
}
