import { emailKey } from '../domain/email.js';
import { readFields } from '../domain/fields.js';
import { refusals } from '../domain/refusals.js';
import { createUser, type Origin, type User } from '../domain/user.js';
import type { RegisterInput } from '../generated/graphql.js';
import type { Deps } from './deps.js';
import { checkThrottled } from './shared/check-password.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { openSession, storeSession, type OpenedSession } from './shared/sessions.js';
import { nextUserEvent } from './shared/user-events.js';

/** How long a registration can be repeated by its idempotency key. */
const REPEAT_REGISTRATION_MS = 24 * 3_600_000;

/** Creates a customer's account and signs in. */
export async function register(deps: Deps, input: RegisterInput, origin: Origin): Promise<OpenedSession> {
  const { store, passwords, clock, newId } = deps;
  const fields = readFields();
  const email = fields.email(input.email, 'email');
  const password = fields.password(input.password, 'password');
  const name = fields.name(input.name, 'name');
  const registrationKey = fields.idempotencyKey(input.idempotencyKey, 'idempotencyKey');
  fields.done();
  const repeat = (known: User) => repeatRegistration(deps, known, { registrationKey, password }, origin);
  // Checked before hashing, so that a taken address costs little. The insert still decides.
  const known = await store.findUserByEmail(email);
  if (known) return repeat(known);

  const passwordHash = await passwords.hash(password);
  const now = clock();
  const account = { id: newId(), email, registrationKey, name, role: 'CUSTOMER', passwordHash } as const;
  const { user, event } = nextUserEvent('user.registered', createUser(account, now), now, {});
  const stored = await store.transaction(async (tx) => {
    if (!(await tx.insertUser(user))) return null;
    await tx.saveEvents([event]);
    const session = await storeSession(deps, tx, user, origin);
    await recordSecurityEvent(deps, tx, 'REGISTERED', origin, {
      userId: user.id,
      sessionId: session.sessionId,
    });
    return session;
  });
  if (!stored) {
    const other = await store.findUserByEmail(email);
    if (!other) throw refusals.emailTaken(['email']);
    return repeat(other);
  }
  deps.onEvents();
  return openSession(deps, stored);
}

/**
 * Answers a registration that was sent again because its response was lost: with the same key and password, the client gets
 * a session of the account that it created. Everything else gets the answer that it would get without a key.
 */
async function repeatRegistration(
  deps: Deps,
  known: User,
  { registrationKey, password }: { registrationKey: Buffer | null; password: string },
  origin: Origin,
): Promise<OpenedSession> {
  const { store, passwords, clock } = deps;
  const isSameKey = registrationKey !== null && known.registrationKey?.equals(registrationKey) === true;
  const isRecent = clock().getTime() - known.createdAt.getTime() < REPEAT_REGISTRATION_MS;
  if (!isSameKey || !isRecent) throw refusals.emailTaken(['email']);
  const isRight = await checkThrottled(deps, emailKey(known.email), origin.address, () =>
    passwords.isHashOf(known.passwordHash, password),
  );
  if (!isRight) throw refusals.emailTaken(['email']);
  const stored = await store.transaction(async (tx) => {
    const present = await tx.findUser(known.id, { lock: true });
    if (!present?.isActive || present.passwordHash !== known.passwordHash)
      throw refusals.emailTaken(['email']);
    const session = await storeSession(deps, tx, present, origin);
    await recordSecurityEvent(deps, tx, 'SIGNED_IN', origin, {
      userId: present.id,
      sessionId: session.sessionId,
    });
    return session;
  });
  return openSession(deps, stored);
}
