import type { UsersDeps } from './service/deps.js';
import { createAdminsService } from './service/admins.js';
import { createListsService } from './service/lists.js';
import { createProfileService } from './service/profile.js';
import { createRecoveryService } from './service/recovery.js';
import { createSessionsService } from './service/sessions.js';
import { createStaffService } from './service/staff.js';

export type { UsersDeps } from './service/deps.js';
export type { OpenedSession } from './service/open-session.js';

/** The use cases: each loads, lets the domain decide, and saves with its events. */
export function createUsersService(deps: UsersDeps) {
  return {
    ...createSessionsService(deps),
    ...createProfileService(deps),
    ...createRecoveryService(deps),
    ...createStaffService(deps),
    ...createAdminsService(deps),
    ...createListsService(deps.store),
  };
}

export type UsersService = ReturnType<typeof createUsersService>;
