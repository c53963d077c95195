import { randomBytes } from 'node:crypto';
import type { AnyEvent } from '@cartograph/events';
import type { EmailAddress } from '../domain/email.js';
import { createOneTimeToken } from '../domain/one-time-token.js';
import { createUser, type User } from '../domain/user.js';
import type { UsersQueries } from '../store/store.js';
import type { Deps } from './deps.js';
import { revokeUserTokens } from './shared/revoke-tokens.js';
import { createSecretToken } from './shared/secret-token.js';
import { recordSecurityEvent } from './shared/security-events.js';
import { nextUserEvent } from './shared/user-events.js';

/** Longer than other password links: an operator may read the mail later than a user who has just requested it. */
const LINK_LIFETIME_MS = 24 * 3_600_000;
/** For the audit trail: the change comes from a command or the configuration, not from a request. */
const NO_ORIGIN = { address: null, userAgent: null };

export interface MadeAdmin {
  readonly outcome: 'created' | 'promoted' | 'already' | 'deactivated';
  readonly user: User;
  /** Sets a password, once. Present for a new account, or if a link was requested. */
  readonly link: { readonly token: string; readonly expiresAt: Date } | null;
}

/**
 * Makes the account with this address an administrator, or creates one. Safe to repeat. For operators: a new shop has no
 * administrator who could do it by the API.
 */
export async function makeAdmin(
  deps: Deps,
  email: EmailAddress,
  { withLink = false } = {},
): Promise<MadeAdmin> {
  const made = await deps.store.transaction(async (tx) => {
    await tx.countOtherAdmins(null);
    return promoteOrCreate(deps, tx, email, withLink);
  });
  deps.onEvents();
  deps.onRevocations();
  return made;
}

/**
 * Makes the administrator that the configuration names, once in the life of a shop: an administrator who is demoted later
 * stays demoted. A shop with an active administrator needs none. The link to set a password is sent by e-mail.
 * @returns null if there was nothing to do
 */
export async function makeFirstAdmin(deps: Deps, email: EmailAddress): Promise<MadeAdmin | null> {
  const { store, clock } = deps;
  const made = await store.transaction(async (tx) => {
    const admins = await tx.countOtherAdmins(null);
    if (!(await tx.markDone('first admin', clock())) || admins > 0) return null;
    const result = await promoteOrCreate(deps, tx, email, false);
    if (result.link) {
      const { token, expiresAt } = result.link;
      const mail: { user: User; event: AnyEvent } = nextUserEvent(
        'user.password_reset_requested',
        result.user,
        clock(),
        { token, expiresAt: expiresAt.toISOString() },
      );
      await tx.saveUser(mail.user);
      await tx.saveEvents([mail.event]);
    }
    return result;
  });
  deps.onEvents();
  return made;
}

async function promoteOrCreate(
  deps: Deps,
  tx: UsersQueries,
  email: EmailAddress,
  withLink: boolean,
): Promise<MadeAdmin> {
  const known = await tx.findUserByEmail(email, { lock: true });
  if (known && !known.isActive) return { outcome: 'deactivated', user: known, link: null };
  if (!known) {
    const user = await createAdmin(deps, tx, email);
    return { outcome: 'created', user, link: await storeLink(deps, tx, user) };
  }
  const link = withLink ? await storeLink(deps, tx, known) : null;
  if (known.role === 'ADMIN') return { outcome: 'already', user: known, link };
  const user = await revokeUserTokens(deps, tx, { ...known, role: 'ADMIN', updatedAt: deps.clock() });
  await tx.saveUser(user);
  await recordSecurityEvent(deps, tx, 'ROLE_CHANGED', NO_ORIGIN, { userId: user.id });
  return { outcome: 'promoted', user, link };
}

async function createAdmin(deps: Deps, tx: UsersQueries, email: EmailAddress): Promise<User> {
  const now = deps.clock();
  // A random password that is never shown: the link sets another one.
  const passwordHash = await deps.passwords.hash(randomBytes(32).toString('base64url'));
  const account = { id: deps.newId(), email, name: 'Administrator', role: 'ADMIN', passwordHash } as const;
  const { user, event } = nextUserEvent('user.registered', createUser(account, now), now, {});
  if (!(await tx.insertUser(user))) throw new Error(`Another account has just taken ${email.address}.`);
  await tx.saveEvents([event]);
  await recordSecurityEvent(deps, tx, 'REGISTERED', NO_ORIGIN, { userId: user.id });
  return user;
}

async function storeLink(
  { clock }: Deps,
  tx: UsersQueries,
  user: User,
): Promise<NonNullable<MadeAdmin['link']>> {
  const { value, hash } = createSecretToken();
  const token = createOneTimeToken(
    { hash, userId: user.id, purpose: 'PASSWORD_RESET' },
    clock(),
    LINK_LIFETIME_MS,
  );
  await tx.insertOneTimeToken(token);
  return { token: value, expiresAt: token.expiresAt };
}
