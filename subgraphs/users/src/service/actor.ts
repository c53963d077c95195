import { Fault, isId, requireUser, signInFault, type Identity } from '@cartograph/kit';
import { isLive, type Session } from '../domain/session.js';
import type { User } from '../domain/user.js';
import type { UsersQueries } from '../store/store.js';
import type { UsersDeps } from './deps.js';

export interface Actor {
  readonly user: User;
  readonly session: Session;
}

/**
 * Who changes something, as the store knows them now: the access token may be older than the end of its session,
 * than a deactivation, or than a change of role.
 * @param lock keeps the user's row until the transaction ends
 * @throws Fault UNAUTHENTICATED
 */
export async function requireActor(
  deps: UsersDeps,
  tx: UsersQueries,
  identity: Identity,
  { lock = false } = {},
): Promise<Actor> {
  const { userId, sessionId } = requireUser(identity);
  const user = isId(userId) ? await tx.findUser(userId, { lock }) : null;
  const session = isId(sessionId) ? await tx.findSession(sessionId) : null;
  if (!user?.isActive || session?.userId !== user.id || !isLive(session, deps.clock())) {
    throw signInFault({ tokenRefusal: 'TOKEN_REVOKED' }, '');
  }
  return { user, session };
}

/** @throws Fault FORBIDDEN if they are no admin any more, UNAUTHENTICATED */
export async function requireAdmin(deps: UsersDeps, tx: UsersQueries, identity: Identity): Promise<Actor> {
  const actor = await requireActor(deps, tx, identity);
  if (actor.user.role !== 'ADMIN') throw new Fault('FORBIDDEN', 'Only staff may do this.');
  return actor;
}
