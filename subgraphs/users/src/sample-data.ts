import type { User } from './domain/user.js';
import { nextUserEvent } from './domain/user-events.js';
import type { UsersDeps } from './service.js';

/** Published in the README: for development only. */
const PASSWORD = 'cartograph';

/** Their ids never change, so that other services' sample data can refer to them. */
const SAMPLE_USERS = [
  {
    id: '019c0000-0000-7000-8000-00000000000a',
    email: 'ada@example.com',
    name: 'Ada Lovelace',
    role: 'ADMIN',
  },
  {
    id: '019c0000-0000-7000-8000-00000000000c',
    email: 'carl@example.com',
    name: 'Carl Sagan',
    role: 'CUSTOMER',
  },
] as const;

/** Adds the sample users that are not there; safe to repeat, also by several processes at once. */
export async function addSampleUsers(
  deps: Pick<UsersDeps, 'store' | 'clock' | 'onEvents' | 'passwords'>,
): Promise<void> {
  for (const sample of SAMPLE_USERS) {
    if (await deps.store.findUserByEmail({ key: sample.email, earlierForm: sample.email })) continue;
    const now = deps.clock();
    const user: User = {
      ...sample,
      emailKey: sample.email,
      registrationKey: null,
      tokenEpoch: 0,
      isActive: true,
      passwordHash: await deps.passwords.hash(PASSWORD),
      createdAt: now,
      updatedAt: now,
      eventCount: 0,
    };
    const registered = nextUserEvent('user.registered', user, now, {});
    await deps.store.transaction(async (tx) => {
      if (await tx.insertUser(registered.user)) await tx.saveEvents([registered.event]);
    });
  }
  deps.onEvents();
}
