import type { UserIdentity } from '@cartograph/kit/identity';
import { decodeJwt, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** No token is good for longer, whatever it claims. */
export const MAX_TOKEN_LIFETIME_S = 3_600;
/** How far the clock of the users service may be ahead of ours. */
const CLOCK_TOLERANCE_S = 30;

const claimsShape = z
  .object({
    sub: z.string().min(1),
    role: z.enum(['CUSTOMER', 'ADMIN']),
    sid: z.string(),
    epoch: z.number().optional(),
    iat: z.number(),
    exp: z.number(),
  })
  .refine(({ iat, exp }) => exp - iat <= MAX_TOKEN_LIFETIME_S);

type Claims = z.infer<typeof claimsShape>;

/** A user by an access token that was checked. */
export interface TokenIdentity extends UserIdentity {
  /** The `kid` of the key that signed it. */
  readonly keyId: string;
}

/** What a token claims, not checked; undefined if it claims less or more than an access token may. */
export function readClaims(token: string): Claims | undefined {
  try {
    const claims = claimsShape.safeParse(decodeJwt(token));
    if (!claims.success) return undefined;
    return claims.data.iat > Date.now() / 1000 + CLOCK_TOLERANCE_S ? undefined : claims.data;
  } catch {
    return undefined;
  }
}

/** Checks an access token (RFC 7519) against the published keys. */
export async function verifyAccessToken(
  token: string,
  keys: JWTVerifyGetKey,
  party: { readonly issuer: string; readonly audience: string },
): Promise<TokenIdentity | 'expired' | 'invalid' | 'no keys'> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      ...party,
      algorithms: ['EdDSA', 'ES256'],
      requiredClaims: ['exp', 'iat', 'sub'],
    });
    const { sub, role, sid, epoch, iat, exp } = claimsShape.parse(payload);
    // A token without `kid` is refused: the revocation of its key would pass it by.
    if (protectedHeader.kid === undefined) return 'invalid';
    return {
      kind: 'user',
      userId: sub,
      role,
      sessionId: sid,
      expiresAt: Math.min(exp * 1000, Date.now() + MAX_TOKEN_LIFETIME_S * 1000),
      issuedAt: iat * 1000,
      tokenEpoch: epoch ?? 0,
      keyId: protectedHeader.kid,
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return 'expired';
    // Anything that is not about the token itself came from fetching the keys.
    const isTokenFault =
      error instanceof errors.JOSEError &&
      !(error instanceof errors.JWKSTimeout) &&
      error.code !== 'ERR_JOSE_GENERIC';
    return isTokenFault || error instanceof z.ZodError ? 'invalid' : 'no keys';
  }
}
