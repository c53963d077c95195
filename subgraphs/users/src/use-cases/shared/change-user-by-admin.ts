import { isId, type Identity } from '@cartograph/kit';
import { refusals } from '../../domain/refusals.js';
import type { Origin, User } from '../../domain/user.js';
import type { SecurityEventType } from '../../generated/graphql.js';
import type { UsersQueries } from '../../store/store.js';
import type { Deps } from '../deps.js';
import { requireAdmin } from './actor.js';
import { revokeUserTokens } from './revoke-tokens.js';
import { recordSecurityEvent } from './security-events.js';

/**
 * Changes another user's account, unless that would leave the shop without an active administrator.
 * @param apply the change; null if there is nothing to change
 */
export async function changeUserByAdmin(
  deps: Deps,
  userId: string,
  identity: Identity,
  origin: Origin,
  apply: (
    user: User,
    tx: UsersQueries,
  ) => Promise<{ readonly user: User; readonly securityEvent: SecurityEventType } | null>,
): Promise<User> {
  const saved = await deps.store.transaction(async (tx) => {
    const isWellFormed = isId(userId);
    // Before anything else, since it locks: of two administrators who demote each other, one is refused.
    const otherAdmins = isWellFormed ? await tx.countOtherAdmins(userId) : 0;
    const admin = await requireAdmin(deps, tx, identity);
    if (!isWellFormed) throw refusals.userNotFound();
    const user = await tx.findUser(userId, { lock: true });
    if (!user) throw refusals.userNotFound();
    const changed = await apply(user, tx);
    if (!changed) return user;
    if (otherAdmins === 0 && !(changed.user.role === 'ADMIN' && changed.user.isActive))
      throw refusals.lastAdmin();
    // The user's tokens carry the old role, or belong to sessions that have ended.
    const next = await revokeUserTokens(deps, tx, changed.user);
    await tx.saveUser(next);
    await recordSecurityEvent(deps, tx, changed.securityEvent, origin, { userId, actorId: admin.user.id });
    return next;
  });
  deps.onEvents();
  deps.onRevocations();
  return saved;
}
