import { type Identity, signIdentity } from '@cartograph/service-kit/identity';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { ANONYMOUS } from '../execution/scope.js';

/** How long a signed identity header is used again; it is good for 60 s, so a subgraph always gets one with time left. */
const SIGNATURE_REUSE_MS = 15_000;

const claims = z.object({
  sub: z.string().min(1),
  role: z.enum(['CUSTOMER', 'ADMIN']),
  sid: z.string(),
  exp: z.number(),
});

/** The token is malformed, wrong, expired or revoked by key rotation. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
}

/** The users service, which publishes the keys, does not answer, and no key is known yet. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
}

export interface IdentityOptions {
  readonly jwksUrl: string;
  readonly secret: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** For tests: keys without a network. */
  readonly keys?: JWTVerifyGetKey;
}

export interface IdentityPlugin {
  /**
   * Reads an access token.
   * @param token without the `Bearer` scheme; undefined for nobody
   * @throws TokenError, KeysUnavailableError
   */
  identify(token: string | undefined): Identity | Promise<Identity>;
  /** The signed header for one subgraph. A string when a fresh one is at hand, as it nearly always is. */
  sign(identity: Identity, audience: string): string | Promise<string>;
}

/** Checks access tokens against the users service's published keys and vouches for their bearers to subgraphs. */
export function useIdentity(options: IdentityOptions): IdentityPlugin {
  const keys =
    options.keys ??
    createRemoteJWKSet(new URL(options.jwksUrl), {
      cooldownDuration: 5_000,
      cacheMaxAge: 600_000,
      timeoutDuration: 5_000,
    });
  const known = new LRUCache<string, Extract<Identity, { kind: 'user' }>>({ max: 10_000 });
  const signatures = new LRUCache<string, string>({ max: 20_000, ttl: SIGNATURE_REUSE_MS });

  const verify = async (token: string): Promise<Identity> => {
    const identity = await verifyToken(token, keys, options);
    known.set(token, identity);
    return identity;
  };
  return {
    identify(token) {
      if (token === undefined) return ANONYMOUS;
      const identity = known.get(token);
      if (!identity) return verify(token);
      if (identity.expiresAt > Date.now()) return identity;
      known.delete(token);
      throw new TokenError('The access token has expired.');
    },
    sign(identity, audience) {
      const expiry = identity.kind === 'user' ? identity.expiresAt : 0;
      const key = `${audience}\u0000${identityKey(identity)}\u0000${expiry}`;
      const signature = signatures.get(key);
      if (signature !== undefined) return signature;
      return signIdentity({ identity, audience, issuer: 'gateway', secret: options.secret }).then(
        (signed) => {
          signatures.set(key, signed);
          return signed;
        },
      );
    },
  };
}

async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: IdentityOptions,
): Promise<Extract<Identity, { kind: 'user' }>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: options.issuer ?? 'cartograph',
      audience: options.audience ?? 'cartograph',
      algorithms: ['EdDSA', 'ES256'],
      requiredClaims: ['exp', 'sub'],
    });
    const { sub, role, sid, exp } = claims.parse(payload);
    return { kind: 'user', userId: sub, role, sessionId: sid, expiresAt: exp * 1000 };
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw new TokenError('The access token has expired.');
    // Anything that is not about the token itself came from fetching the keys.
    const isTokenFault =
      error instanceof errors.JOSEError &&
      !(error instanceof errors.JWKSTimeout) &&
      error.code !== 'ERR_JOSE_GENERIC';
    if (isTokenFault || error instanceof z.ZodError) throw new TokenError('The access token is not valid.');
    throw new KeysUnavailableError('Tokens cannot be checked at the moment.');
  }
}

/** Requests with equal keys may share answers and streams: the same person in the same session, by whichever token. */
export function identityKey(identity: Identity | undefined): string {
  if (identity?.kind !== 'user')
    return identity?.kind === 'service' ? `service:${identity.name}` : 'anonymous';
  return `user:${identity.userId}:${identity.role}:${identity.sessionId}`;
}

/** The token of an `Authorization: Bearer …` value; undefined when there is none; throws on another scheme. */
export function readBearer(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const match = /^Bearer +(\S+) *$/i.exec(value);
  if (!match) throw new TokenError('The Authorization header must read "Bearer <access token>".');
  return match[1];
}
