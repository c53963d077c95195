import type { SecretToken } from '../../domain/secret-token.js';
import type { Session } from '../../domain/session.js';
import type { Origin, User } from '../../domain/user.js';
import type { UsersQueries } from '../../store/store.js';
import type { Deps } from '../deps.js';
import { createAccessToken } from './access-tokens.js';
import { createSecretToken } from './secret-token.js';

/** What a client gets when it has signed in. */
export interface OpenedSession {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly refreshTokenExpiresAt: Date;
  readonly user: User;
  readonly sessionId: string;
}

/** A session with its newest refresh token: stored, but not yet given to the client. */
export interface StoredSession {
  readonly user: User;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** Stores a new session and its first refresh token. */
export async function storeSession(
  { clock, newId, refreshTokenLifetimeMs }: Deps,
  tx: UsersQueries,
  user: User,
  { address, userAgent }: Origin,
): Promise<StoredSession> {
  const now = clock();
  const id = newId();
  const expiresAt = new Date(now.getTime() + refreshTokenLifetimeMs);
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
  const refreshToken = await storeRefreshToken(tx, id, now, expiresAt);
  return { user, sessionId: id, expiresAt, refreshToken };
}

/**
 * Renews a session that was just used, with another refresh token.
 * @param token a new random one by default
 */
export async function renewSession(
  { clock, refreshTokenLifetimeMs }: Deps,
  tx: UsersQueries,
  user: User,
  session: Session,
  { address, userAgent }: Origin,
  token?: SecretToken,
): Promise<StoredSession> {
  const now = clock();
  const expiresAt = new Date(now.getTime() + refreshTokenLifetimeMs);
  await tx.touchSession(session.id, {
    lastUsedAt: now,
    expiresAt,
    address: address ?? session.address,
    userAgent: userAgent ?? session.userAgent,
  });
  const refreshToken = await storeRefreshToken(tx, session.id, now, expiresAt, token);
  return { user, sessionId: session.id, refreshToken, expiresAt };
}

/** @returns the token itself */
async function storeRefreshToken(
  tx: UsersQueries,
  sessionId: string,
  createdAt: Date,
  expiresAt: Date,
  { value, hash }: SecretToken = createSecretToken(),
): Promise<string> {
  await tx.insertRefreshToken({ hash, sessionId, createdAt, expiresAt, usedAt: null });
  return value;
}

/** Signs the access token of a stored session. */
export async function openSession(
  { keyRing, clock, accessTokenLifetimeMs }: Deps,
  { user, sessionId, refreshToken, expiresAt }: StoredSession,
): Promise<OpenedSession> {
  const accessToken = await createAccessToken({
    user,
    sessionId,
    keyRing,
    lifetimeMs: accessTokenLifetimeMs,
    now: clock(),
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
