import type { Identity } from '@cartograph/kit';
import { emailKey } from '../domain/email.js';
import { refusals } from '../domain/errors.js';
import { normalisePassword, readFields } from '../domain/fields.js';
import { MAIL_INTERVAL_MS, ONE_TIME_TOKEN_LIFETIME_MS } from '../domain/one-time-token.js';
import { createSecretToken, hashToken } from '../domain/secret-token.js';
import { EmailTakenError, type Origin, type User } from '../domain/user.js';
import { nextUserEvent } from '../domain/user-events.js';
import type {
  ChangePasswordInput,
  RequestEmailChangeInput,
  UpdateProfileInput,
} from '../generated/graphql.js';
import { requireActor } from './actor.js';
import { record } from './audit.js';
import type { UsersDeps } from './deps.js';
import { openSession, storeRefreshToken, type OpenedSession } from './open-session.js';
import { refuseTokens } from './revoke.js';
import { slowed } from './slowed.js';

/** What signed-in people change about themselves. */
export function createProfileService(deps: UsersDeps) {
  const { store, clock, passwords } = deps;

  /** Makes sure that it is the user who asks, not somebody at their unlocked desk. */
  async function checkPassword(user: User, password: string, origin: Origin, field: string): Promise<void> {
    const isRight = await slowed(deps, emailKey(user.email), origin.address, () =>
      passwords.isHashOf(user.passwordHash, normalisePassword(password)),
    );
    if (!isRight) throw refusals.wrongPassword([field]);
  }

  return {
    async updateProfile(input: UpdateProfileInput, identity: Identity): Promise<User> {
      const fields = readFields();
      const name = input.name == null ? undefined : fields.name(input.name, 'name');
      fields.done();
      const saved = await store.transaction(async (tx) => {
        const { user } = await requireActor(deps, tx, identity, { lock: true });
        if (name === undefined || name === user.name) return user;
        const now = clock();
        const next = nextUserEvent('user.updated', { ...user, name, updatedAt: now }, now, {});
        await tx.saveUser(next.user);
        await tx.saveEvents([next.event]);
        return next.user;
      });
      deps.onEvents();
      return saved;
    },

    async changePassword(
      input: ChangePasswordInput,
      identity: Identity,
      origin: Origin,
    ): Promise<OpenedSession> {
      const fields = readFields();
      const newPassword = fields.password(input.newPassword, 'newPassword');
      fields.done();
      const { user } = await requireActor(deps, store, identity);
      await checkPassword(user, input.currentPassword, origin, 'currentPassword');
      const passwordHash = await passwords.hash(newPassword);

      const stored = await store.transaction(async (tx) => {
        const { user: present, session } = await requireActor(deps, tx, identity, { lock: true });
        if (present.passwordHash !== user.passwordHash) throw refusals.wrongPassword(['currentPassword']);
        const now = clock();
        const changed = await refuseTokens(deps, tx, { ...present, passwordHash });
        await tx.saveUser(changed);
        await tx.revokeSessions({ userId: present.id, except: session.id }, now);
        // A stolen token of this session must not be good for anything, not even as a retry.
        await tx.findSession(session.id, { lock: true });
        await tx.deleteRefreshTokens(session.id);
        await tx.deleteOneTimeTokens(present.id);
        const expiresAt = new Date(now.getTime() + deps.refreshTokenLifetimeMs);
        await tx.touchSession(session.id, {
          lastUsedAt: now,
          expiresAt,
          address: origin.address ?? session.address,
          userAgent: origin.userAgent ?? session.userAgent,
        });
        const refreshToken = await storeRefreshToken(tx, session.id, now, expiresAt);
        await record(deps, tx, 'PASSWORD_CHANGED', origin, {
          userId: present.id,
          actorId: present.id,
          sessionId: session.id,
        });
        return { user: changed, sessionId: session.id, refreshToken, expiresAt };
      });
      deps.onRevocations();
      return openSession(deps, stored);
    },

    /** @returns the new address, which a token is mailed to */
    async requestEmailChange(
      input: RequestEmailChangeInput,
      identity: Identity,
      origin: Origin,
    ): Promise<{ email: string; user: User }> {
      const fields = readFields();
      const newEmail = fields.email(input.newEmail, 'newEmail');
      fields.done();
      const { user } = await requireActor(deps, store, identity);
      await checkPassword(user, input.password, origin, 'password');
      if (await store.findUserByEmail(newEmail)) throw refusals.emailTaken(['newEmail']);

      const token = createSecretToken();
      const saved = await store.transaction(async (tx) => {
        const { user: present, session } = await requireActor(deps, tx, identity, { lock: true });
        const now = clock();
        const lastAt = await tx.lastOneTimeTokenAt(present.id, 'EMAIL_CHANGE');
        if (lastAt && now.getTime() - lastAt.getTime() < MAIL_INTERVAL_MS)
          throw refusals.mailSentJustNow(lastAt.getTime() + MAIL_INTERVAL_MS - now.getTime());
        const expiresAt = new Date(now.getTime() + ONE_TIME_TOKEN_LIFETIME_MS.EMAIL_CHANGE);
        await tx.insertOneTimeToken({
          hash: token.hash,
          userId: present.id,
          purpose: 'EMAIL_CHANGE',
          newEmail: newEmail.address,
          createdAt: now,
          expiresAt,
        });
        const next = nextUserEvent('user.email_change_requested', present, now, {
          newEmail: newEmail.address,
          token: token.value,
          expiresAt: expiresAt.toISOString(),
        });
        await tx.saveUser(next.user);
        await tx.saveEvents([next.event]);
        await record(deps, tx, 'EMAIL_CHANGE_REQUESTED', origin, {
          userId: present.id,
          actorId: present.id,
          sessionId: session.id,
        });
        return next.user;
      });
      deps.onEvents();
      return { email: newEmail.address, user: saved };
    },

    async confirmEmailChange(token: string, origin: Origin): Promise<{ email: string; user: User }> {
      const hash = hashToken(token);
      const saved = await store
        .transaction(async (tx) => {
          const now = clock();
          const pending = await tx.findOneTimeToken(hash, 'EMAIL_CHANGE', now);
          const user = pending && (await tx.findUser(pending.userId, { lock: true }));
          if (!pending?.newEmail || !user?.isActive || !(await tx.takeOneTimeToken(hash)))
            throw refusals.invalidToken();
          const next = nextUserEvent(
            'user.updated',
            { ...user, email: pending.newEmail, emailKey: emailKey(pending.newEmail), updatedAt: now },
            now,
            {},
          );
          await tx.saveUser(next.user);
          await tx.saveEvents([next.event]);
          // Other links were mailed to addresses that are not the account's any more, or never became it.
          await tx.deleteOneTimeTokens(user.id);
          await record(deps, tx, 'EMAIL_CHANGED', origin, { userId: user.id, actorId: user.id });
          return next.user;
        })
        .catch((error: unknown) => {
          throw error instanceof EmailTakenError ? refusals.emailTaken(['token']) : error;
        });
      deps.onEvents();
      return { email: saved.email, user: saved };
    },
  };
}
