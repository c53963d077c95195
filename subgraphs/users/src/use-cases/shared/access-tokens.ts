import { SignJWT } from 'jose';
import type { User } from '../../domain/user.js';
import type { KeyRing } from './key-ring.js';

/** Both `iss` and `aud`: the shop issues tokens to itself. */
const TOKEN_PARTY = 'cartograph';

export interface AccessToken {
  readonly value: string;
  readonly expiresAt: Date;
}

/** Signs a JWT (RFC 7519) for a user's session. Gateways verify it with the published keys. */
export async function createAccessToken(options: {
  readonly user: Pick<User, 'id' | 'role' | 'tokenEpoch'>;
  readonly sessionId: string;
  readonly keyRing: KeyRing;
  readonly lifetimeMs: number;
  readonly now: Date;
}): Promise<AccessToken> {
  const { user, sessionId, keyRing, lifetimeMs, now } = options;
  const { id, privateKey } = await keyRing.current();
  const issuedAt = Math.floor(now.getTime() / 1000);
  const expiresAt = issuedAt + Math.ceil(lifetimeMs / 1000);
  const value = await new SignJWT({ role: user.role, sid: sessionId, epoch: user.tokenEpoch })
    .setProtectedHeader({ alg: 'EdDSA', kid: id, typ: 'JWT' })
    .setSubject(user.id)
    .setIssuer(TOKEN_PARTY)
    .setAudience(TOKEN_PARTY)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(privateKey);
  return { value, expiresAt: new Date(expiresAt * 1000) };
}
