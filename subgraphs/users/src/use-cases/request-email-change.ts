import type { Identity } from '@cartograph/kit';
import { readFields } from '../domain/fields.js';
import { createOneTimeToken, waitForNextMail } from '../domain/one-time-token.js';
import { refusals } from '../domain/refusals.js';
import type { Origin, User } from '../domain/user.js';
import type { RequestEmailChangeInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { requireActor } from './shared/actor.js';
import { confirmPassword } from './shared/check-password.js';
import { createSecretToken } from './shared/secret-token.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { nextUserEvent } from './shared/user-events.js';

/** Has a token mailed to a new address. @returns that address, and the user, who still has the old one */
export async function requestEmailChange(
  deps: Deps,
  input: RequestEmailChangeInput,
  identity: Identity,
  origin: Origin,
): Promise<{ email: string; user: User }> {
  const { store, clock } = deps;
  const fields = readFields();
  const newEmail = fields.email(input.newEmail, 'newEmail');
  fields.done();
  const { user } = await requireActor(deps, store, identity);
  await confirmPassword(deps, user, input.password, origin, 'password');
  if (await store.findUserByEmail(newEmail)) throw refusals.emailTaken(['newEmail']);

  const { value, hash } = createSecretToken();
  const saved = await store.transaction(async (tx) => {
    const { user: present, session } = await requireActor(deps, tx, identity, { lock: true });
    const now = clock();
    const waitMs = waitForNextMail(await tx.lastOneTimeTokenAt(present.id, 'EMAIL_CHANGE'), now);
    if (waitMs > 0) throw refusals.mailSentRecently(waitMs);
    const token = createOneTimeToken(
      { hash, userId: present.id, purpose: 'EMAIL_CHANGE', newEmail: newEmail.address },
      now,
    );
    await tx.insertOneTimeToken(token);
    const next = nextUserEvent('user.email_change_requested', present, now, {
      newEmail: newEmail.address,
      token: value,
      expiresAt: token.expiresAt.toISOString(),
    });
    await tx.saveUser(next.user);
    await tx.saveEvents([next.event]);
    await recordSecurityEvent(deps, tx, 'EMAIL_CHANGE_REQUESTED', origin, {
      userId: present.id,
      actorId: present.id,
      sessionId: session.id,
    });
    return next.user;
  });
  deps.onEvents();
  return { email: newEmail.address, user: saved };
}
