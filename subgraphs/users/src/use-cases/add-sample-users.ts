import { createUser } from '../domain/user.js';
import type { Deps } from './deps.js';
import { nextUserEvent } from './shared/user-events.js';

/** Published in the README: for development only. */
const PASSWORD = 'cartograph';

/** Their ids never change, so that the sample data of other services can refer to them. */
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

/** Adds the sample users that are missing. Safe to repeat, and to run in several processes at once. */
export async function addSampleUsers({
  store,
  passwords,
  clock,
  onEvents,
}: Pick<Deps, 'store' | 'clock' | 'onEvents' | 'passwords'>): Promise<void> {
  for (const { email, ...sample } of SAMPLE_USERS) {
    if (await store.findUserByEmail({ key: email, earlierForm: email })) continue;
    const now = clock();
    const passwordHash = await passwords.hash(PASSWORD);
    const user = createUser({ ...sample, email: { address: email, key: email }, passwordHash }, now);
    const registered = nextUserEvent('user.registered', user, now, {});
    await store.transaction(async (tx) => {
      if (await tx.insertUser(registered.user)) await tx.saveEvents([registered.event]);
    });
  }
  onEvents();
}
