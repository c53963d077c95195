import { PublicError, isId, requireUser, signInError, type Identity } from '@cartograph/kit';
import { isLive, type Session } from '../../domain/session.js';
import type { User } from '../../domain/user.js';
import type { UsersQueries } from '../../store/store.js';
import type { Deps } from '../deps.js';

export interface Actor {
  readonly user: User;
  readonly session: Session;
}

/**
 * Loads the signed-in user as the store knows them now. The access token may have been issued before their session ended,
 * their account was deactivated, or their role changed.
 * @param lock keeps the user's row until the transaction ends
 * @throws PublicError UNAUTHENTICATED
 */
export async function requireActor(
  { clock }: Deps,
  tx: UsersQueries,
  identity: Identity,
  { lock = false } = {},
): Promise<Actor> {
  const { userId, sessionId } = requireUser(identity);
  const user = isId(userId) ? await tx.findUser(userId, { lock }) : null;
  const session = isId(sessionId) ? await tx.findSession(sessionId) : null;
  if (!user?.isActive || session?.userId !== user.id || !isLive(session, clock())) {
    throw signInError({ tokenRefusal: 'TOKEN_REVOKED' }, '');
  }
  return { user, session };
}

/** @throws PublicError FORBIDDEN if they are no longer an administrator, UNAUTHENTICATED */
export async function requireAdmin(deps: Deps, tx: UsersQueries, identity: Identity): Promise<Actor> {
  const actor = await requireActor(deps, tx, identity);
  if (actor.user.role !== 'ADMIN')
    throw new PublicError('FORBIDDEN', 'This requires the role ADMIN, which you no longer have.');
  return actor;
}
