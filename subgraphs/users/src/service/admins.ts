import { randomBytes } from 'node:crypto';
import { newId } from '@cartograph/kit';
import type { AnyEvent } from '@cartograph/events';
import type { EmailAddress } from '../domain/email.js';
import { createSecretToken } from '../domain/secret-token.js';
import type { User } from '../domain/user.js';
import { nextUserEvent } from '../domain/user-events.js';
import type { UsersQueries } from '../store/store.js';
import { record } from './audit.js';
import { refuseTokens } from './revoke.js';
import type { UsersDeps } from './deps.js';

/** An operator reads mail later than a person who has just asked for it. */
const INVITATION_LIFETIME_MS = 24 * 3_600_000;
/** The operator at the console, or the configuration. */
const OPERATOR = { address: null, userAgent: null };

export interface MadeAdmin {
  readonly outcome: 'created' | 'promoted' | 'already' | 'deactivated';
  readonly user: User;
  /** Sets a password, once; for an account that was created, or where a link was asked for. */
  readonly link: { readonly token: string; readonly expiresAt: Date } | null;
}

/** What the operator does from outside the API: a shop begins without an administrator who could. */
export function createAdminsService(deps: UsersDeps) {
  const { store, clock, passwords } = deps;

  async function createAdmin(tx: UsersQueries, email: EmailAddress): Promise<User> {
    const now = clock();
    const { user, event } = nextUserEvent(
      'user.registered',
      {
        id: newId(),
        email: email.address,
        emailKey: email.key,
        registrationKey: null,
        tokenEpoch: 0,
        name: 'Administrator',
        role: 'ADMIN',
        isActive: true,
        // Known to nobody: the link sets another one.
        passwordHash: await passwords.hash(randomBytes(32).toString('base64url')),
        createdAt: now,
        updatedAt: now,
        eventCount: 0,
      },
      now,
      {},
    );
    if (!(await tx.insertUser(user))) throw new Error(`Another account has just taken ${email.address}.`);
    await tx.saveEvents([event]);
    await record(deps, tx, 'REGISTERED', OPERATOR, { userId: user.id });
    return user;
  }

  async function storeLink(tx: UsersQueries, user: User): Promise<NonNullable<MadeAdmin['link']>> {
    const { value, hash } = createSecretToken();
    const createdAt = clock();
    const expiresAt = new Date(createdAt.getTime() + INVITATION_LIFETIME_MS);
    const token = {
      hash,
      userId: user.id,
      purpose: 'PASSWORD_RESET',
      newEmail: null,
      createdAt,
      expiresAt,
    } as const;
    await tx.insertOneTimeToken(token);
    return { token: value, expiresAt };
  }

  async function make(tx: UsersQueries, email: EmailAddress, withLink: boolean): Promise<MadeAdmin> {
    const known = await tx.findUserByEmail(email, { lock: true });
    if (known && !known.isActive) return { outcome: 'deactivated', user: known, link: null };
    if (!known) {
      const user = await createAdmin(tx, email);
      return { outcome: 'created', user, link: await storeLink(tx, user) };
    }
    const link = withLink ? await storeLink(tx, known) : null;
    if (known.role === 'ADMIN') return { outcome: 'already', user: known, link };
    const user = await refuseTokens(deps, tx, { ...known, role: 'ADMIN', updatedAt: clock() });
    await tx.saveUser(user);
    await record(deps, tx, 'ROLE_CHANGED', OPERATOR, { userId: user.id });
    return { outcome: 'promoted', user, link };
  }

  return {
    /** Makes an administrator of the account with this address, or a new account; safe to repeat. */
    async makeAdmin(email: EmailAddress, { withLink = false } = {}): Promise<MadeAdmin> {
      const made = await store.transaction(async (tx) => {
        await tx.countOtherAdmins(null);
        return make(tx, email, withLink);
      });
      deps.onEvents();
      deps.onRevocations();
      return made;
    },

    /**
     * The administrator whom the configuration names, made once in the life of a shop: whom staff demotes later stays
     * demoted. A shop that has an active administrator needs none. The link to set a password goes by mail.
     * @returns null if there was nothing to do
     */
    async makeFirstAdmin(email: EmailAddress): Promise<MadeAdmin | null> {
      const made = await store.transaction(async (tx) => {
        const admins = await tx.countOtherAdmins(null);
        if (!(await tx.markDone('first admin', clock())) || admins > 0) return null;
        const result = await make(tx, email, false);
        if (result.link) {
          const mail: { user: User; event: AnyEvent } = nextUserEvent(
            'user.password_reset_requested',
            result.user,
            clock(),
            { token: result.link.token, expiresAt: result.link.expiresAt.toISOString() },
          );
          await tx.saveUser(mail.user);
          await tx.saveEvents([mail.event]);
        }
        return result;
      });
      deps.onEvents();
      return made;
    },

    duplicates: () => store.findDuplicates(),
  };
}
