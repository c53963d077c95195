import { isId, type Identity } from '@cartograph/kit';
import { refusals } from '../domain/errors.js';
import type { Origin, User } from '../domain/user.js';
import { nextUserEvent } from '../domain/user-events.js';
import type { Role, SecurityEventType } from '../generated/graphql.js';
import type { UsersQueries } from '../store/store.js';
import { requireAdmin } from './actor.js';
import { record } from './audit.js';
import { refuseTokens } from './revoke.js';
import type { UsersDeps } from './deps.js';

/** What staff changes about others. */
export function createStaffService(deps: UsersDeps) {
  const { store, clock } = deps;

  /** Loads whom an admin wants to change, and refuses what would leave the shop without one. */
  async function change(
    userId: string,
    identity: Identity,
    origin: Origin,
    apply: (user: User, tx: UsersQueries) => Promise<{ user: User; type: SecurityEventType } | null>,
  ): Promise<User> {
    const saved = await store.transaction(async (tx) => {
      const isKnownForm = isId(userId);
      // First of all, so that of two admins who demote each other one is refused.
      const otherAdmins = isKnownForm ? await tx.countOtherAdmins(userId) : 0;
      const admin = await requireAdmin(deps, tx, identity);
      if (!isKnownForm) throw refusals.userNotFound();
      const user = await tx.findUser(userId, { lock: true });
      if (!user) throw refusals.userNotFound();
      const changed = await apply(user, tx);
      if (!changed) return user;
      if (otherAdmins === 0 && !(changed.user.role === 'ADMIN' && changed.user.isActive))
        throw refusals.lastAdmin();
      // Their tokens name the old role, or belong to sessions that have ended.
      const saved = await refuseTokens(deps, tx, changed.user);
      await tx.saveUser(saved);
      await record(deps, tx, changed.type, origin, { userId, actorId: admin.user.id });
      return saved;
    });
    deps.onEvents();
    deps.onRevocations();
    return saved;
  }

  return {
    setUserRole: (input: { userId: string; role: Role }, identity: Identity, origin: Origin) =>
      change(input.userId, identity, origin, async (user) =>
        user.role === input.role
          ? null
          : { user: { ...user, role: input.role, updatedAt: clock() }, type: 'ROLE_CHANGED' },
      ),

    setUserActive: (input: { userId: string; isActive: boolean }, identity: Identity, origin: Origin) =>
      change(input.userId, identity, origin, async (user, tx) => {
        if (user.isActive === input.isActive) return null;
        const now = clock();
        const changed = { ...user, isActive: input.isActive, updatedAt: now };
        if (input.isActive) return { user: changed, type: 'REACTIVATED' };
        await tx.revokeSessions({ userId: user.id }, now);
        await tx.deleteOneTimeTokens(user.id);
        const next = nextUserEvent('user.deactivated', changed, now, {});
        await tx.saveEvents([next.event]);
        return { user: next.user, type: 'DEACTIVATED' };
      }),
  };
}
