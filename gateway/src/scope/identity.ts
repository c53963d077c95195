import { hash } from 'node:crypto';
import { type AnonymousIdentity, type Identity, signIdentity } from '@cartograph/kit/identity';
import { SIGN_IN_REASONS, type TokenRefusal } from '@cartograph/kit/token-refusal';
import type { RevocationWatcher } from '@cartograph/kit/revocations';
import type { JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { ANONYMOUS } from './request-scope.js';
import { PublishedKeys } from './published-keys.js';
import { readClaims, type TokenIdentity, verifyAccessToken } from './verify-token.js';

/** How long a signed identity header is used again; it is good for 60 s, so a subgraph always gets one with time left. */
const SIGNATURE_REUSE_MS = 15_000;

const SIGNATURES_BYTES = 16 * 1024 * 1024;

const hashOf = (token: string): string => hash('sha256', token, 'base64');

/** An access token was sent that does not count. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  constructor(readonly reason: TokenRefusal) {
    super(SIGN_IN_REASONS[reason]);
  }
}

/** The users service, which publishes the keys, does not answer, and no key is known yet. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';
  constructor() {
    super(SIGN_IN_REASONS.TOKEN_UNVERIFIED);
  }
}

export interface IdentityOptions {
  readonly jwksUrl: string;
  readonly secret: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** How often the published keys are read again: a revoked key counts for no longer than this. */
  readonly keysRefreshMs?: number;
  /** Absent without Redis: then a token counts until it expires, whatever becomes of its session. */
  readonly revocations?: RevocationWatcher | undefined;
}

export interface IdentityProvider {
  /**
   * Reads an access token.
   * @param token without the `Bearer` scheme; undefined for a guest
   * @throws TokenError, KeysUnavailableError
   */
  identify(token: string | undefined): Identity | Promise<Identity>;
  /** Why an identity that was fine when its token was checked is not any more; undefined if it still is. */
  refusalOf(identity: Identity): TokenRefusal | undefined;
  /** Calls back when identities may have lost their validity. @returns stops it */
  onRefusals(listener: () => void): () => void;
  /** The signed header for one subgraph. A string when a fresh one is at hand, as it nearly always is. */
  sign(identity: Identity, audience: string): string | Promise<string>;
  /** Resolves when it is known which sessions have ended, or that this cannot be known for now. */
  readonly ready: Promise<void> | undefined;
  close(): void;
}

/** Checks access tokens against the users service's published keys and vouches for their bearers to subgraphs. */
export function createIdentityProvider(options: IdentityOptions): IdentityProvider {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const keys = new PublishedKeys(options.jwksUrl, options.keysRefreshMs, tell);
  options.revocations?.onChange(tell);
  // By hash: a token may be as long as a request's headers.
  const known = new LRUCache<string, TokenIdentity>({ max: 10_000 });
  const signatures = new LRUCache<string, string>({
    maxSize: SIGNATURES_BYTES,
    ttl: SIGNATURE_REUSE_MS,
    sizeCalculation: (signature, key) => 300 + key.length + signature.length,
  });

  const refusalOf = (identity: Identity): TokenRefusal | undefined => {
    if (!isTokenIdentity(identity)) return undefined;
    if (identity.expiresAt <= Date.now()) return 'TOKEN_EXPIRED';
    if (!keys.has(identity.keyId)) return 'TOKEN_INVALID';
    return options.revocations?.refuses(identity) ? 'TOKEN_REVOKED' : undefined;
  };
  const verify = async (token: string): Promise<Identity> => {
    const identity = await verifyToken(token, keys.find, options);
    const refusal = refusalOf(identity);
    if (refusal) throw new TokenError(refusal);
    known.set(hashOf(token), identity);
    return identity;
  };
  return {
    identify(token) {
      if (token === undefined) return ANONYMOUS;
      const key = hashOf(token);
      const identity = known.get(key);
      if (!identity) return verify(token);
      const refusal = refusalOf(identity);
      if (refusal === undefined) return identity;
      known.delete(key);
      throw new TokenError(refusal);
    },
    refusalOf,
    onRefusals(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    sign(identity, audience) {
      const token = identity.kind === 'user' ? `${identity.expiresAt}:${identity.tokenEpoch ?? 0}` : '';
      const key = `${audience}\u0000${identityKey(identity)}\u0000${token}`;
      const signature = signatures.get(key);
      if (signature !== undefined) return signature;
      return signIdentity({ identity, audience, issuer: 'gateway', secret: options.secret }).then(
        (signed) => {
          signatures.set(key, signed);
          return signed;
        },
      );
    },
    ready: options.revocations?.ready,
    close() {
      keys.close();
      options.revocations?.close();
    },
  };
}

const isTokenIdentity = (identity: Identity): identity is TokenIdentity =>
  identity.kind === 'user' && 'keyId' in identity;

async function verifyToken(
  token: string,
  keys: JWTVerifyGetKey,
  options: IdentityOptions,
): Promise<TokenIdentity> {
  // Before any key is looked for: it may have been forgotten since, and the token has expired all the same.
  const claims = readClaims(token);
  if (claims === undefined) throw new TokenError('TOKEN_INVALID');
  if (claims.exp * 1000 <= Date.now()) throw new TokenError('TOKEN_EXPIRED');
  const result = await verifyAccessToken(token, keys, {
    issuer: options.issuer ?? 'cartograph',
    audience: options.audience ?? 'cartograph',
  });
  if (result === 'expired') throw new TokenError('TOKEN_EXPIRED');
  if (result === 'invalid') throw new TokenError('TOKEN_INVALID');
  if (result === 'no keys') throw new KeysUnavailableError();
  return result;
}

const guests = new Map<TokenRefusal, AnonymousIdentity>();

/** The guest that a request counts as whose token was refused. @throws what is no refusal of a token */
export function guestAfter(error: unknown): AnonymousIdentity {
  const reason =
    error instanceof TokenError
      ? error.reason
      : error instanceof KeysUnavailableError
        ? 'TOKEN_UNVERIFIED'
        : undefined;
  if (reason === undefined) throw error;
  let guest = guests.get(reason);
  if (!guest) guests.set(reason, (guest = { kind: 'anonymous', tokenRefusal: reason }));
  return guest;
}

/** Requests with equal keys may share answers and streams: the same person in the same session, by whichever token. */
export function identityKey(identity: Identity | undefined): string {
  if (identity === undefined) return 'anonymous';
  if (identity.kind === 'user') return `user:${identity.userId}:${identity.role}:${identity.sessionId}`;
  if (identity.kind === 'service') return `service:${identity.name}`;
  return identity.tokenRefusal === undefined ? 'anonymous' : `anonymous:${identity.tokenRefusal}`;
}

/** The token of an `Authorization: Bearer …` value; undefined when there is none; throws on another scheme. */
export function readBearer(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const match = /^Bearer +(\S+) *$/i.exec(value);
  if (!match) throw new TokenError('TOKEN_INVALID');
  return match[1];
}
