import { Fault, isId, newId, type Identity, type Logger, type UserIdentity } from '@cartograph/service-kit';
import { createAccessToken } from '../access-tokens.js';
import { attemptKeys } from '../domain/attempt-keys.js';
import { refusals } from '../domain/errors.js';
import { createSecretToken } from '../domain/secret-token.js';
import { isLive, type Session } from '../domain/session.js';
import type { Origin, SecurityEvent, User } from '../domain/user.js';
import type { SecurityEventType } from '../generated/graphql.js';
import type { KeyRing } from '../key-ring.js';
import type { AttemptCounter } from '../store/attempt-counter.js';
import type { UsersQueries, UsersStore } from '../store/store.js';

export interface UsersDeps {
  readonly store: UsersStore;
  readonly keyRing: KeyRing;
  readonly attempts: AttemptCounter;
  readonly clock: () => Date;
  readonly logger: Logger;
  readonly accessTokenLifetimeMs: number;
  readonly refreshTokenLifetimeMs: number;
  /** Called after a commit that saved events. */
  readonly onEvents: () => void;
  /** For metrics. */
  readonly onPasswordCheck: (outcome: 'right' | 'wrong' | 'slowed') => void;
}

/** What a client gets when it has proved who it is. */
export interface OpenedSession {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
  readonly user: User;
  readonly sessionId: string;
}

/** A session with its newest refresh token, stored but not yet given out. */
export interface StoredSession {
  readonly user: User;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** Stores a new session and its first refresh token. */
export async function storeSession(
  deps: UsersDeps,
  tx: UsersQueries,
  user: User,
  { address, userAgent }: Origin,
): Promise<StoredSession> {
  const now = deps.clock();
  const id = newId();
  const expiresAt = new Date(now.getTime() + deps.refreshTokenLifetimeMs);
  await tx.insertSession({
    id,
    userId: user.id,
    address,
    userAgent,
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
    revokedAt: null,
  });
  return {
    user,
    sessionId: id,
    expiresAt,
    refreshToken: await storeRefreshToken(tx, id, null, now, expiresAt),
  };
}

/** Stores a refresh token of a session; gives the token itself. */
export async function storeRefreshToken(
  tx: UsersQueries,
  sessionId: string,
  parentHash: Buffer | null,
  createdAt: Date,
  expiresAt: Date,
): Promise<string> {
  const { value, hash } = createSecretToken();
  await tx.insertRefreshToken({
    hash,
    sessionId,
    parentHash,
    createdAt,
    expiresAt,
    usedAt: null,
    forgivenAt: null,
  });
  return value;
}

/** Signs the access token that goes with a stored session. */
export async function openSession(deps: UsersDeps, stored: StoredSession): Promise<OpenedSession> {
  const { user, sessionId, refreshToken, expiresAt } = stored;
  const accessToken = await createAccessToken({
    user,
    sessionId,
    keyRing: deps.keyRing,
    lifetimeMs: deps.accessTokenLifetimeMs,
    now: deps.clock(),
  });
  return {
    accessToken: accessToken.value,
    accessTokenExpiresAt: accessToken.expiresAt,
    refreshToken,
    refreshTokenExpiresAt: expiresAt,
    user,
    sessionId,
  };
}

export interface Actor {
  readonly user: User;
  readonly session: Session;
}

/**
 * Who changes something, as the store knows them now: the access token may be older than the end of its session,
 * than a deactivation, or than a change of role.
 * @param lock keeps the user's row until the transaction ends
 * @throws Fault UNAUTHENTICATED
 */
export async function requireActor(
  deps: UsersDeps,
  tx: UsersQueries,
  identity: Identity,
  { lock = false } = {},
): Promise<Actor> {
  const { userId, sessionId } = requireUser(identity);
  const user = isId(userId) ? await tx.findUser(userId, { lock }) : null;
  const session = isId(sessionId) ? await tx.findSession(sessionId) : null;
  if (!user?.isActive || session?.userId !== user.id || !isLive(session, deps.clock())) {
    throw new Fault('UNAUTHENTICATED', 'Your session has ended: sign in again.');
  }
  return { user, session };
}

/** @throws Fault FORBIDDEN if they are no admin any more, UNAUTHENTICATED */
export async function requireAdmin(deps: UsersDeps, tx: UsersQueries, identity: Identity): Promise<Actor> {
  const actor = await requireActor(deps, tx, identity);
  if (actor.user.role !== 'ADMIN') throw new Fault('FORBIDDEN', 'Only staff may do this.');
  return actor;
}

function requireUser(identity: Identity): UserIdentity {
  if (identity.kind !== 'user') throw new Fault('UNAUTHENTICATED', 'Sign in first.');
  return identity;
}

/** Writes the audit trail. */
export function record(
  deps: UsersDeps,
  tx: UsersQueries,
  type: SecurityEventType,
  origin: Origin,
  about: Partial<Pick<SecurityEvent, 'userId' | 'actorId' | 'sessionId'>>,
): Promise<void> {
  return tx.insertSecurityEvent({
    id: newId(),
    type,
    occurredAt: deps.clock(),
    userId: null,
    actorId: null,
    sessionId: null,
    ...about,
    address: origin.address,
    userAgent: origin.userAgent,
  });
}

/**
 * Checks a password, slowed down after failures of this account or from this address.
 * @param check false for a wrong password
 * @throws Refusal RATE_LIMITED without having checked
 */
export async function slowed(
  deps: UsersDeps,
  account: string,
  address: string | null,
  check: () => Promise<boolean>,
): Promise<boolean> {
  const begun: Parameters<AttemptCounter['begin']>[0][] = [];
  let outcome: 'succeeded' | 'failed' | 'abandoned' = 'abandoned';
  try {
    for (const key of attemptKeys(account, address)) {
      const waitMs = await deps.attempts.begin(key);
      if (waitMs > 0) {
        deps.onPasswordCheck('slowed');
        throw refusals.tooManyFailures(waitMs);
      }
      begun.push(key);
    }
    const isRight = await check();
    outcome = isRight ? 'succeeded' : 'failed';
    deps.onPasswordCheck(isRight ? 'right' : 'wrong');
    return isRight;
  } finally {
    for (const key of begun) await deps.attempts.end(key, outcome);
  }
}
