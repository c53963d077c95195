import { setTimeout as delay } from 'node:timers/promises';
import type { EmailAddress } from '../domain/email.js';
import { readFields } from '../domain/fields.js';
import { createOneTimeToken, waitForNextMail } from '../domain/one-time-token.js';
import type { Origin } from '../domain/user.js';
import type { Deps } from './deps.js';
import { createSecretToken } from './shared/secret-token.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { nextUserEvent } from './shared/user-events.js';

/** Longer than storing a token takes, so that the response time does not reveal whether one was stored. */
const ANSWER_AFTER_MS = 250;

/** Has a token mailed. Neither the answer nor its time reveals whether an account has the address. */
export async function requestPasswordReset(
  deps: Deps,
  input: { readonly email: string },
  origin: Origin,
): Promise<void> {
  const fields = readFields();
  const email = fields.email(input.email, 'email');
  fields.done();
  await Promise.all([mailToken(deps, email, origin), delay(ANSWER_AFTER_MS)]);
}

async function mailToken(deps: Deps, email: EmailAddress, origin: Origin): Promise<void> {
  const { store, clock } = deps;
  const known = await store.findUserByEmail(email);
  if (!known) return;
  const { value, hash } = createSecretToken();
  const isSaved = await store.transaction(async (tx) => {
    const user = await tx.findUser(known.id, { lock: true });
    const now = clock();
    if (!user?.isActive || user.email !== known.email) return false;
    if (waitForNextMail(await tx.lastOneTimeTokenAt(user.id, 'PASSWORD_RESET'), now) > 0) return false;
    const token = createOneTimeToken({ hash, userId: user.id, purpose: 'PASSWORD_RESET' }, now);
    await tx.insertOneTimeToken(token);
    const next = nextUserEvent('user.password_reset_requested', user, now, {
      token: value,
      expiresAt: token.expiresAt.toISOString(),
    });
    await tx.saveUser(next.user);
    await tx.saveEvents([next.event]);
    await recordSecurityEvent(deps, tx, 'PASSWORD_RESET_REQUESTED', origin, { userId: user.id });
    return true;
  });
  if (isSaved) deps.onEvents();
}
