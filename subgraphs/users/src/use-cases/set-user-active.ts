import type { Identity } from '@cartograph/kit';
import type { Origin, User } from '../domain/user.js';
import type { Deps } from './deps.js';
import { changeUserByAdmin } from './shared/change-user-by-admin.js';
import { nextUserEvent } from './shared/user-events.js';

/** Deactivates an account, which ends its sessions, or reactivates it. Repeating changes nothing. */
export function setUserActive(
  deps: Deps,
  { userId, isActive }: { readonly userId: string; readonly isActive: boolean },
  identity: Identity,
  origin: Origin,
): Promise<User> {
  return changeUserByAdmin(deps, userId, identity, origin, async (user, tx) => {
    if (user.isActive === isActive) return null;
    const now = deps.clock();
    const changed = { ...user, isActive, updatedAt: now };
    if (isActive) return { user: changed, securityEvent: 'REACTIVATED' };
    await tx.revokeSessions({ userId: user.id }, now);
    await tx.deleteOneTimeTokens(user.id);
    const next = nextUserEvent('user.deactivated', changed, now, {});
    await tx.saveEvents([next.event]);
    return { user: next.user, securityEvent: 'DEACTIVATED' };
  });
}
