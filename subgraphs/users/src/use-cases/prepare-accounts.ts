import type { Logger } from '@cartograph/kit';
import type { EmailAddress } from '../domain/email.js';
import { addSampleUsers } from './add-sample-users.js';
import type { Deps } from './deps.js';
import { makeFirstAdmin, type MadeAdmin } from './make-admin.js';

export interface InitialAccounts {
  readonly withSampleUsers: boolean;
  /** Becomes the administrator of a shop that has none. */
  readonly adminEmail: EmailAddress | undefined;
}

/** Creates the accounts that the configuration asks for. Safe to repeat, and to run in several processes at once. */
export async function prepareAccounts(
  deps: Deps,
  { withSampleUsers, adminEmail }: InitialAccounts,
  logger: Pick<Logger, 'info' | 'warn'>,
): Promise<void> {
  if (withSampleUsers) await addSampleUsers(deps);
  const made = adminEmail && (await makeFirstAdmin(deps, adminEmail));
  if (!made) return;
  const { outcome, user } = made;
  logger[outcome === 'deactivated' ? 'warn' : 'info'](
    { userId: user.id, registeredAt: user.createdAt },
    MESSAGES[outcome],
  );
}

const MESSAGES: Readonly<Record<MadeAdmin['outcome'], string>> = {
  created: 'Created the first administrator from ADMIN_EMAIL and sent a link to set the password',
  promoted: 'Made the account of ADMIN_EMAIL the first administrator',
  already: 'The account of ADMIN_EMAIL is already an administrator',
  deactivated:
    'The account of ADMIN_EMAIL is deactivated. Make another one an administrator with "npm run users -- make-admin"',
};
