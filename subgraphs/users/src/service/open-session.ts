import { newId } from '@cartograph/kit';
import { createAccessToken } from '../access-tokens.js';
import { createSecretToken, type SecretToken } from '../domain/secret-token.js';
import type { Origin, User } from '../domain/user.js';
import type { UsersQueries } from '../store/store.js';
import type { UsersDeps } from './deps.js';

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
    refreshToken: await storeRefreshToken(tx, id, now, expiresAt),
  };
}

/** Stores a refresh token of a session, a random one unless it is given; gives the token itself. */
export async function storeRefreshToken(
  tx: UsersQueries,
  sessionId: string,
  createdAt: Date,
  expiresAt: Date,
  { value, hash }: SecretToken = createSecretToken(),
): Promise<string> {
  await tx.insertRefreshToken({
    hash,
    sessionId,
    createdAt,
    expiresAt,
    usedAt: null,
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
