import { isId, newId, requireUser, type Identity } from '@cartograph/kit';
import { emailKey } from '../domain/email.js';
import { refusals } from '../domain/errors.js';
import { normalisePassword, readFields } from '../domain/fields.js';
import { createSuccessor, hashToken } from '../domain/secret-token.js';
import { decideRefresh } from '../domain/session.js';
import type { Origin, User } from '../domain/user.js';
import { nextUserEvent } from '../domain/user-events.js';
import type { LoginInput, LogoutInput, RegisterInput } from '../generated/graphql.js';
import type { UsersQueries } from '../store/store.js';
import { requireActor } from './actor.js';
import { record } from './audit.js';
import type { UsersDeps } from './deps.js';
import {
  openSession,
  storeRefreshToken,
  storeSession,
  type OpenedSession,
  type StoredSession,
} from './open-session.js';
import { refuseSession, refuseTokens } from './revoke.js';
import { slowed } from './slowed.js';

/** How long a registration may be repeated by its idempotency key. */
const REPEAT_REGISTRATION_MS = 24 * 3_600_000;

/** Registering, signing in, staying signed in and signing out. */
export function createSessionsService(deps: UsersDeps) {
  const { store, clock, passwords } = deps;

  /** Renews a hash that was made at another cost; nobody has to wait for it, nor know that it failed. */
  async function rehash(user: User, password: string): Promise<void> {
    const passwordHash = await passwords.hash(password);
    await store.transaction(async (tx) => {
      const present = await tx.findUser(user.id, { lock: true });
      if (present?.passwordHash === user.passwordHash) await tx.saveUser({ ...present, passwordHash });
    });
  }

  /**
   * A registration whose response was lost is sent again: with the same key and password it gets a session of the account
   * that it has made. Everything else learns what it learns without a key.
   */
  async function repeatRegistration(
    known: User,
    registrationKey: Buffer | null,
    password: string,
    origin: Origin,
  ): Promise<OpenedSession> {
    const isSameKey = registrationKey !== null && known.registrationKey?.equals(registrationKey) === true;
    const isRecent = clock().getTime() - known.createdAt.getTime() < REPEAT_REGISTRATION_MS;
    if (!isSameKey || !isRecent) throw refusals.emailTaken(['email']);
    const isRight = await slowed(deps, emailKey(known.email), origin.address, () =>
      passwords.isHashOf(known.passwordHash, password),
    );
    if (!isRight) throw refusals.emailTaken(['email']);
    const stored = await store.transaction(async (tx) => {
      const present = await tx.findUser(known.id, { lock: true });
      if (!present?.isActive || present.passwordHash !== known.passwordHash)
        throw refusals.emailTaken(['email']);
      const session = await storeSession(deps, tx, present, origin);
      await record(deps, tx, 'SIGNED_IN', origin, { userId: present.id, sessionId: session.sessionId });
      return session;
    });
    return openSession(deps, stored);
  }

  /** The last token in the chain that a used one begins: stored by a request just before, or to be stored. */
  async function findNewest(tx: UsersQueries, refreshToken: string) {
    let token = createSuccessor(refreshToken, deps.tokenSecret);
    let stored = await tx.findRefreshToken(token.hash);
    while (stored?.usedAt) {
      token = createSuccessor(token.value, deps.tokenSecret);
      stored = await tx.findRefreshToken(token.hash);
    }
    return { token, stored };
  }

  return {
    async register(input: RegisterInput, origin: Origin): Promise<OpenedSession> {
      const fields = readFields();
      const email = fields.email(input.email, 'email');
      const password = fields.password(input.password, 'password');
      const name = fields.name(input.name, 'name');
      const registrationKey = fields.idempotencyKey(input.idempotencyKey, 'idempotencyKey');
      fields.done();
      const repeat = (known: User) => repeatRegistration(known, registrationKey, password, origin);
      // Before hashing, so that a form with a taken address costs little; the insert decides all the same.
      const known = await store.findUserByEmail(email);
      if (known) return repeat(known);

      const passwordHash = await passwords.hash(password);
      const now = clock();
      const { user, event } = nextUserEvent(
        'user.registered',
        {
          id: newId(),
          email: email.address,
          emailKey: email.key,
          registrationKey,
          tokenEpoch: 0,
          name,
          role: 'CUSTOMER',
          isActive: true,
          passwordHash,
          createdAt: now,
          updatedAt: now,
          eventCount: 0,
        },
        now,
        {},
      );
      const stored = await store.transaction(async (tx) => {
        if (!(await tx.insertUser(user))) return null;
        await tx.saveEvents([event]);
        const session = await storeSession(deps, tx, user, origin);
        await record(deps, tx, 'REGISTERED', origin, { userId: user.id, sessionId: session.sessionId });
        return session;
      });
      if (!stored) {
        const other = await store.findUserByEmail(email);
        if (!other) throw refusals.emailTaken(['email']);
        return repeat(other);
      }
      deps.onEvents();
      return openSession(deps, stored);
    },

    async login(input: LoginInput, origin: Origin): Promise<OpenedSession> {
      const fields = readFields();
      const email = fields.email(input.email, 'email');
      fields.done();
      const password = normalisePassword(input.password);

      let user: User | null = null;
      const isRight = await slowed(deps, email.key, origin.address, async () => {
        user = await store.findUserByEmail(email);
        const matches = await passwords.isHashOf(
          user?.passwordHash ?? (await passwords.decoyHash()),
          password,
        );
        return matches && user !== null;
      });
      user = user as User | null;
      if (!isRight || !user) {
        // Written for unknown addresses too: both ways must do the same work.
        await record(deps, store, 'SIGN_IN_FAILED', origin, { userId: user?.id ?? null });
        throw refusals.invalidCredentials();
      }
      const verified: User = user;
      const stored = await store.transaction(async (tx) => {
        const present = await tx.findUser(verified.id, { lock: true });
        // The password may have been changed while the old one was being checked.
        if (present?.passwordHash !== verified.passwordHash) throw refusals.invalidCredentials();
        if (!present.isActive) throw refusals.deactivated();
        const session = await storeSession(deps, tx, present, origin);
        await record(deps, tx, 'SIGNED_IN', origin, { userId: present.id, sessionId: session.sessionId });
        return session;
      });
      if (passwords.needsRehash(verified.passwordHash)) {
        await rehash(verified, password).catch((error: unknown) =>
          deps.logger.warn({ err: error }, 'Could not renew a password hash'),
        );
      }
      return openSession(deps, stored);
    },

    async refreshSession(refreshToken: string, origin: Origin): Promise<OpenedSession> {
      const hash = hashToken(refreshToken);
      const stored = await store.transaction(async (tx): Promise<StoredSession | null> => {
        const sessionId = (await tx.findRefreshToken(hash))?.sessionId;
        // The session's lock stands for its whole family of tokens, so read the token again behind it.
        const session = sessionId ? await tx.findSession(sessionId, { lock: true }) : null;
        const token = session && (await tx.findRefreshToken(hash));
        if (!session || !token) return null;
        const user = await tx.findUser(session.userId);
        const now = clock();
        const decision = decideRefresh(token, session, user?.isActive ?? false, now);
        if (decision === 'revoke') {
          await tx.revokeSessions({ id: session.id }, now);
          await refuseSession(deps, tx, session.id);
          await record(deps, tx, 'REFRESH_TOKEN_REUSED', origin, {
            userId: session.userId,
            sessionId: session.id,
          });
        }
        if (decision === 'revoke' || decision === 'refuse' || !user) return null;
        if (decision === 'rotate') await tx.markRefreshTokenUsed(hash, now);
        const newest = await findNewest(tx, refreshToken);
        if (newest.stored) {
          const { expiresAt } = newest.stored;
          return { user, sessionId: session.id, refreshToken: newest.token.value, expiresAt };
        }
        const expiresAt = new Date(now.getTime() + deps.refreshTokenLifetimeMs);
        await tx.touchSession(session.id, {
          lastUsedAt: now,
          expiresAt,
          address: origin.address ?? session.address,
          userAgent: origin.userAgent ?? session.userAgent,
        });
        const next = await storeRefreshToken(tx, session.id, now, expiresAt, newest.token);
        return { user, sessionId: session.id, refreshToken: next, expiresAt };
      });
      if (!stored) {
        // The session may have been ended just now.
        deps.onRevocations();
        throw refusals.invalidRefreshToken();
      }
      return openSession(deps, stored);
    },

    /** @returns how many sessions it ended; 0 for a token that is worth nothing any more */
    async logout(input: LogoutInput, identity: Identity, origin: Origin): Promise<number> {
      const named = input.refreshToken;
      if (named == null) requireUser(identity, 'Give the refresh token of the session to end, or sign in.');
      const ended = await store.transaction(async (tx) => {
        const sessionId =
          named != null
            ? (await tx.findRefreshToken(hashToken(named)))?.sessionId
            : identity.kind === 'user'
              ? identity.sessionId
              : undefined;
        const session = sessionId && isId(sessionId) ? await tx.findSession(sessionId) : null;
        if (!session || session.revokedAt) return 0;
        const { userId } = session;
        const user = await tx.findUser(userId, { lock: true });
        const everywhere = input.everywhere ?? false;
        const ended = await tx.revokeSessions(everywhere ? { userId } : { id: session.id }, clock());
        if (ended > 0) {
          if (everywhere && user) await tx.saveUser(await refuseTokens(deps, tx, user));
          else await refuseSession(deps, tx, session.id);
          const type = everywhere ? 'SIGNED_OUT_EVERYWHERE' : 'SIGNED_OUT';
          await record(deps, tx, type, origin, { userId, actorId: userId, sessionId: session.id });
        }
        return ended;
      });
      deps.onRevocations();
      return ended;
    },

    async revokeSession(sessionId: string, identity: Identity, origin: Origin): Promise<string> {
      await store.transaction(async (tx) => {
        const actor = await requireActor(deps, tx, identity);
        const session = isId(sessionId) ? await tx.findSession(sessionId) : null;
        const isTheirs = session?.userId === actor.user.id || actor.user.role === 'ADMIN';
        if (!session || !isTheirs) throw refusals.sessionNotFound();
        if ((await tx.revokeSessions({ id: session.id }, clock())) === 0) throw refusals.sessionNotFound();
        await refuseSession(deps, tx, session.id);
        await record(deps, tx, 'SESSION_REVOKED', origin, {
          userId: session.userId,
          actorId: actor.user.id,
          sessionId: session.id,
        });
      });
      deps.onRevocations();
      return sessionId;
    },
  };
}
