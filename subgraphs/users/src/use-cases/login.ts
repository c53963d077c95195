import { normalisePassword, readFields } from '../domain/fields.js';
import { refusals } from '../domain/refusals.js';
import type { Origin, User } from '../domain/user.js';
import type { LoginInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { checkThrottled } from './shared/check-password.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { openSession, storeSession, type OpenedSession } from './shared/sessions.js';

/** Signs in with an e-mail address and a password. */
export async function login(deps: Deps, input: LoginInput, origin: Origin): Promise<OpenedSession> {
  const { store, passwords } = deps;
  const fields = readFields();
  const email = fields.email(input.email, 'email');
  fields.done();
  const password = normalisePassword(input.password);

  const candidates: User[] = [];
  const isRight = await checkThrottled(deps, email.key, origin.address, async () => {
    const found = await store.findUserByEmail(email);
    if (found) candidates.push(found);
    const matches = await passwords.isHashOf(found?.passwordHash ?? (await passwords.decoyHash()), password);
    return matches && found !== null;
  });
  const [user] = candidates;
  if (!isRight || !user) {
    // Recorded for unknown addresses too, so that both cases do the same work.
    await recordSecurityEvent(deps, store, 'SIGN_IN_FAILED', origin, { userId: user?.id ?? null });
    throw refusals.invalidCredentials();
  }
  const stored = await store.transaction(async (tx) => {
    const present = await tx.findUser(user.id, { lock: true });
    // The password may have changed while the old one was being checked.
    if (present?.passwordHash !== user.passwordHash) throw refusals.invalidCredentials();
    if (!present.isActive) throw refusals.deactivated();
    const session = await storeSession(deps, tx, present, origin);
    await recordSecurityEvent(deps, tx, 'SIGNED_IN', origin, {
      userId: present.id,
      sessionId: session.sessionId,
    });
    return session;
  });
  if (passwords.needsRehash(user.passwordHash)) {
    await rehash(deps, user, password).catch((error: unknown) =>
      deps.logger.warn({ err: error }, 'Could not renew a password hash; the next sign-in tries again'),
    );
  }
  return openSession(deps, stored);
}

/** Replaces a hash that was created with another cost. */
async function rehash({ store, passwords }: Deps, user: User, password: string): Promise<void> {
  const passwordHash = await passwords.hash(password);
  await store.transaction(async (tx) => {
    const present = await tx.findUser(user.id, { lock: true });
    if (present?.passwordHash === user.passwordHash) await tx.saveUser({ ...present, passwordHash });
  });
}
