import { setTimeout as delay } from 'node:timers/promises';
import type { EmailAddress } from '../domain/email.js';
import { refusals } from '../domain/errors.js';
import { readFields } from '../domain/fields.js';
import { MAIL_INTERVAL_MS, ONE_TIME_TOKEN_LIFETIME_MS } from '../domain/one-time-token.js';
import { createSecretToken, hashToken } from '../domain/secret-token.js';
import type { Origin } from '../domain/user.js';
import { nextUserEvent } from '../domain/user-events.js';
import type { ResetPasswordInput } from '../generated/graphql.js';
import { record } from './audit.js';
import type { UsersDeps } from './deps.js';
import { refuseTokens } from './revoke.js';
import { openSession, storeSession, type OpenedSession } from './open-session.js';

/** Longer than storing a token takes, so that the time of the answer does not tell whether there was one to store. */
const ANSWER_AFTER_MS = 250;

/** Getting back into an account whose password is forgotten. */
export function createRecoveryService(deps: UsersDeps) {
  const { store, clock, passwords } = deps;

  async function mailToken(email: EmailAddress, origin: Origin): Promise<void> {
    const known = await store.findUserByEmail(email);
    if (!known) return;
    const token = createSecretToken();
    const isSaved = await store.transaction(async (tx) => {
      const user = await tx.findUser(known.id, { lock: true });
      const now = clock();
      if (!user?.isActive || user.email !== known.email) return false;
      const lastAt = await tx.lastOneTimeTokenAt(user.id, 'PASSWORD_RESET');
      if (lastAt && now.getTime() - lastAt.getTime() < MAIL_INTERVAL_MS) return false;
      const expiresAt = new Date(now.getTime() + ONE_TIME_TOKEN_LIFETIME_MS.PASSWORD_RESET);
      await tx.insertOneTimeToken({
        hash: token.hash,
        userId: user.id,
        purpose: 'PASSWORD_RESET',
        newEmail: null,
        createdAt: now,
        expiresAt,
      });
      const next = nextUserEvent('user.password_reset_requested', user, now, {
        token: token.value,
        expiresAt: expiresAt.toISOString(),
      });
      await tx.saveUser(next.user);
      await tx.saveEvents([next.event]);
      await record(deps, tx, 'PASSWORD_RESET_REQUESTED', origin, { userId: user.id });
      return true;
    });
    if (isSaved) deps.onEvents();
  }

  return {
    /** Says nothing about whether there is such an account, not even by the time it takes. */
    async requestPasswordReset(input: { email: string }, origin: Origin): Promise<void> {
      const fields = readFields();
      const email = fields.email(input.email, 'email');
      fields.done();
      await Promise.all([mailToken(email, origin), delay(ANSWER_AFTER_MS)]);
    },

    async resetPassword(input: ResetPasswordInput, origin: Origin): Promise<OpenedSession> {
      const fields = readFields();
      const newPassword = fields.password(input.newPassword, 'newPassword');
      fields.done();
      const hash = hashToken(input.token);
      // Hashing costs: not for tokens that are worth nothing.
      if (!(await store.findOneTimeToken(hash, 'PASSWORD_RESET', clock()))) throw refusals.invalidToken();
      const passwordHash = await passwords.hash(newPassword);

      const stored = await store.transaction(async (tx) => {
        const now = clock();
        const pending = await tx.findOneTimeToken(hash, 'PASSWORD_RESET', now);
        const user = pending && (await tx.findUser(pending.userId, { lock: true }));
        if (!user?.isActive || !(await tx.takeOneTimeToken(hash))) throw refusals.invalidToken();
        const changed = await refuseTokens(deps, tx, { ...user, passwordHash });
        await tx.saveUser(changed);
        await tx.revokeSessions({ userId: user.id }, now);
        await tx.deleteOneTimeTokens(user.id);
        const session = await storeSession(deps, tx, changed, origin);
        await record(deps, tx, 'PASSWORD_RESET', origin, { userId: user.id, sessionId: session.sessionId });
        return session;
      });
      deps.onRevocations();
      return openSession(deps, stored);
    },
  };
}
