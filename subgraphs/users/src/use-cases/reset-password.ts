import { readFields } from '../domain/fields.js';
import { refusals } from '../domain/refusals.js';
import { hashToken } from '../domain/secret-token.js';
import type { Origin } from '../domain/user.js';
import type { ResetPasswordInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { revokeUserTokens } from './shared/revoke-tokens.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { openSession, storeSession, type OpenedSession } from './shared/sessions.js';

/** Sets a new password with a mailed token, ends all sessions, and signs in. */
export async function resetPassword(
  deps: Deps,
  input: ResetPasswordInput,
  origin: Origin,
): Promise<OpenedSession> {
  const { store, passwords, clock } = deps;
  const fields = readFields();
  const newPassword = fields.password(input.newPassword, 'newPassword');
  fields.done();
  const hash = hashToken(input.token);
  // Checked before hashing, which is expensive, so that an invalid token costs little.
  if (!(await store.findOneTimeToken(hash, 'PASSWORD_RESET', clock()))) throw refusals.invalidToken();
  const passwordHash = await passwords.hash(newPassword);

  const stored = await store.transaction(async (tx) => {
    const now = clock();
    const pending = await tx.findOneTimeToken(hash, 'PASSWORD_RESET', now);
    const user = pending && (await tx.findUser(pending.userId, { lock: true }));
    if (!user?.isActive || !(await tx.takeOneTimeToken(hash))) throw refusals.invalidToken();
    const changed = await revokeUserTokens(deps, tx, { ...user, passwordHash });
    await tx.saveUser(changed);
    await tx.revokeSessions({ userId: user.id }, now);
    await tx.deleteOneTimeTokens(user.id);
    const session = await storeSession(deps, tx, changed, origin);
    await recordSecurityEvent(deps, tx, 'PASSWORD_RESET', origin, {
      userId: user.id,
      sessionId: session.sessionId,
    });
    return session;
  });
  deps.onRevocations();
  return openSession(deps, stored);
}
