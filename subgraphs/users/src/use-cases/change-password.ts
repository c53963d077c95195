import type { Identity } from '@cartograph/kit';
import { readFields } from '../domain/fields.js';
import { refusals } from '../domain/refusals.js';
import type { Origin } from '../domain/user.js';
import type { ChangePasswordInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { requireActor } from './shared/actor.js';
import { confirmPassword } from './shared/check-password.js';
import { revokeUserTokens } from './shared/revoke-tokens.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { openSession, renewSession, type OpenedSession } from './shared/sessions.js';

/** Changes the password of the signed-in user, ends their other sessions, and renews this one. */
export async function changePassword(
  deps: Deps,
  input: ChangePasswordInput,
  identity: Identity,
  origin: Origin,
): Promise<OpenedSession> {
  const { store, passwords, clock } = deps;
  const fields = readFields();
  const newPassword = fields.password(input.newPassword, 'newPassword');
  fields.done();
  const { user } = await requireActor(deps, store, identity);
  await confirmPassword(deps, user, input.currentPassword, origin, 'currentPassword');
  const passwordHash = await passwords.hash(newPassword);

  const stored = await store.transaction(async (tx) => {
    const { user: present, session } = await requireActor(deps, tx, identity, { lock: true });
    if (present.passwordHash !== user.passwordHash) throw refusals.wrongPassword(['currentPassword']);
    const changed = await revokeUserTokens(deps, tx, { ...present, passwordHash });
    await tx.saveUser(changed);
    await tx.revokeSessions({ userId: present.id, except: session.id }, clock());
    // A stolen refresh token of this session must be useless, even as a retry.
    await tx.findSession(session.id, { lock: true });
    await tx.deleteRefreshTokens(session.id);
    await tx.deleteOneTimeTokens(present.id);
    await recordSecurityEvent(deps, tx, 'PASSWORD_CHANGED', origin, {
      userId: present.id,
      actorId: present.id,
      sessionId: session.id,
    });
    return renewSession(deps, tx, changed, session, origin);
  });
  deps.onRevocations();
  return openSession(deps, stored);
}
