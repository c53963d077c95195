import type { webcrypto } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { IDENTITY_HEADER } from './identity-header.js';
import { SIGN_IN_REASONS, type TokenRefusal } from './token-refusal.js';

export { IDENTITY_HEADER };

export type Role = 'CUSTOMER' | 'ADMIN';

export interface AnonymousIdentity {
  readonly kind: 'anonymous';
  /** Why the access token that the request carried does not count; absent if it carried none. */
  readonly tokenRefusal?: TokenRefusal | undefined;
}

export interface UserIdentity {
  readonly kind: 'user';
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
  /** When the access token behind it ends: milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the access token was issued: milliseconds since the epoch. */
  readonly issuedAt?: number | undefined;
  /** How often the user's rights had changed when it was issued. */
  readonly tokenEpoch?: number | undefined;
}

export interface ServiceIdentity {
  readonly kind: 'service';
  /** The calling service, e.g. `orders`. */
  readonly name: string;
}

/** Who a subgraph is answering. */
export type Identity = AnonymousIdentity | UserIdentity | ServiceIdentity;

/** How long a signed identity is good for. Short: it only has to cross one hop. */
export const IDENTITY_LIFETIME_S = 60;

const tokenRefusals = Object.keys(SIGN_IN_REASONS).filter(
  (reason): reason is TokenRefusal => reason !== 'TOKEN_MISSING',
);

const claims = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('anonymous'),
    tokenRefusal: z.enum(tokenRefusals).optional(),
  }),
  z.object({
    kind: z.literal('user'),
    userId: z.string().min(1),
    role: z.enum(['CUSTOMER', 'ADMIN']),
    sessionId: z.string(),
    expiresAt: z.number(),
    issuedAt: z.number().optional(),
    tokenEpoch: z.number().optional(),
  }),
  z.object({ kind: z.literal('service'), name: z.string().min(1) }),
]);

/** The signature was missing, wrong, too old or meant for another service. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
}

const keys = new Map<string, Promise<webcrypto.CryptoKey>>();

/** Made once for each secret: to make it takes as long as to sign with it. */
function keyOf(secret: string): Promise<webcrypto.CryptoKey> {
  const known = keys.get(secret);
  if (known) return known;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = new TextEncoder().encode(secret);
  const key = crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
  keys.set(secret, key);
  return key;
}

/**
 * Signs an identity for one service, as a JWS (HS256) valid for {@link IDENTITY_LIFETIME_S} seconds.
 * @param options.audience the service it is meant for; any other refuses it
 * @param options.issuer who vouches: `gateway`, or `service:<name>`
 */
export async function signIdentity(options: {
  identity: Identity;
  audience: string;
  issuer: string;
  secret: string;
  now?: Date;
}): Promise<string> {
  const seconds = Math.floor((options.now ?? new Date()).getTime() / 1000);
  return new SignJWT({ who: options.identity })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + IDENTITY_LIFETIME_S)
    .sign(await keyOf(options.secret));
}

/**
 * Signatures found right, until they end. The gateway sends one and the same for some seconds, and checking it costs
 * more than anything else in a small request.
 */
const verified = new Map<string, { readonly identity: Identity; readonly endsAtMs: number }>();
const VERIFIED_LIMIT = 2_000;

/**
 * Reads a signed identity.
 * @throws IdentityError saying what is wrong with it, without repeating it.
 */
export async function verifyIdentity(
  token: string | undefined,
  options: { audience: string; secret: string },
): Promise<Identity> {
  if (!token)
    throw new IdentityError(`Missing ${IDENTITY_HEADER}: subgraphs answer only the gateway and each other.`);
  const key = `${options.audience} ${options.secret} ${token}`;
  const known = verified.get(key);
  if (known && known.endsAtMs > Date.now()) return known.identity;
  try {
    const { payload } = await jwtVerify(token, await keyOf(options.secret), {
      audience: options.audience,
      algorithms: ['HS256'],
      requiredClaims: ['exp', 'iat', 'iss', 'who'],
      clockTolerance: 5,
      // Whatever `exp` says: also refuses what was signed in the future.
      maxTokenAge: IDENTITY_LIFETIME_S,
    });
    const identity = claims.parse(payload['who']);
    // A service speaks for itself, or passes on a user it serves; only the gateway vouches for the public.
    if (identity.kind === 'service' && payload.iss !== `service:${identity.name}`) throw new Error('issuer');
    if (verified.size >= VERIFIED_LIMIT) verified.delete(verified.keys().next().value!);
    verified.set(key, {
      identity,
      endsAtMs: Math.min(payload.exp!, payload.iat! + IDENTITY_LIFETIME_S) * 1000,
    });
    return identity;
  } catch {
    verified.delete(key);
    throw new IdentityError(`${IDENTITY_HEADER} is not a valid signature for "${options.audience}".`);
  }
}
