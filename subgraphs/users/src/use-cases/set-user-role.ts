import type { Identity } from '@cartograph/kit';
import type { Origin, User } from '../domain/user.js';
import type { Role } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { changeUserByAdmin } from './shared/change-user-by-admin.js';

/** Makes a user an administrator or a customer. Repeating changes nothing. */
export function setUserRole(
  deps: Deps,
  { userId, role }: { readonly userId: string; readonly role: Role },
  identity: Identity,
  origin: Origin,
): Promise<User> {
  return changeUserByAdmin(deps, userId, identity, origin, async (user) =>
    user.role === role
      ? null
      : { user: { ...user, role, updatedAt: deps.clock() }, securityEvent: 'ROLE_CHANGED' },
  );
}
