import { emailKey } from '../domain/email.js';
import { refusals } from '../domain/refusals.js';
import { hashToken } from '../domain/secret-token.js';
import { EmailTakenError, type Origin, type User } from '../domain/user.js';
import type { Deps } from './deps.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { nextUserEvent } from './shared/user-events.js';

/** Makes the new address the account's, with the token mailed to it. */
export async function confirmEmailChange(
  deps: Deps,
  token: string,
  origin: Origin,
): Promise<{ email: string; user: User }> {
  const hash = hashToken(token);
  const saved = await deps.store
    .transaction(async (tx) => {
      const now = deps.clock();
      const pending = await tx.findOneTimeToken(hash, 'EMAIL_CHANGE', now);
      const user = pending && (await tx.findUser(pending.userId, { lock: true }));
      if (!pending?.newEmail || !user?.isActive || !(await tx.takeOneTimeToken(hash)))
        throw refusals.invalidToken();
      const changed = {
        ...user,
        email: pending.newEmail,
        emailKey: emailKey(pending.newEmail),
        updatedAt: now,
      };
      const next = nextUserEvent('user.updated', changed, now, {});
      await tx.saveUser(next.user);
      await tx.saveEvents([next.event]);
      // Other links went to addresses that are no longer, or never became, the account's.
      await tx.deleteOneTimeTokens(user.id);
      await recordSecurityEvent(deps, tx, 'EMAIL_CHANGED', origin, { userId: user.id, actorId: user.id });
      return next.user;
    })
    .catch((error: unknown) => {
      throw error instanceof EmailTakenError ? refusals.emailTaken(['token']) : error;
    });
  deps.onEvents();
  return { email: saved.email, user: saved };
}
