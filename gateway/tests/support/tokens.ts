import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface TokenIssuer {
  readonly jwksUrl: string;
  issue(claims?: TokenClaims, lifetimeMs?: number, audience?: string): Promise<string>;
  /** The keys published from now on, by `kid`: of `k1`, which signs unless told otherwise, and `k2`. */
  publish(...kids: ('k1' | 'k2')[]): void;
  stop(): Promise<void>;
}

export interface TokenClaims {
  sub?: string;
  role?: string;
  sid?: string;
  /** The key to sign with; `stranger` is published nowhere. */
  kid?: 'k1' | 'k2' | 'stranger';
  /** Seconds from now; null for none. */
  iat?: number | null;
  exp?: number | null;
  [claim: string]: unknown;
}

/** A users service as far as the gateway sees it: signs access tokens and publishes the keys. */
export async function startIssuer(): Promise<TokenIssuer> {
  const pairs = {
    k1: await generateKeyPair('EdDSA'),
    k2: await generateKeyPair('EdDSA'),
    stranger: await generateKeyPair('EdDSA'),
  };
  const jwkOf = async (kid: 'k1' | 'k2') => ({
    ...(await exportJWK(pairs[kid].publicKey)),
    kid,
    alg: 'EdDSA',
    use: 'sig',
  });
  const jwks = { k1: await jwkOf('k1'), k2: await jwkOf('k2') };
  let published = [jwks.k1];
  const server = createServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: published })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/jwks.json`,
    async issue(
      { sub = 'u1', role = 'CUSTOMER', sid = 's1', kid = 'k1', iat = 0, exp, ...others } = {},
      lifetimeMs = 60_000,
      audience = 'cartograph',
    ) {
      const now = Math.floor(Date.now() / 1000);
      const token = new SignJWT({ role, sid, ...others })
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .setSubject(sub)
        .setIssuer('cartograph')
        .setAudience(audience);
      if (iat !== null) token.setIssuedAt(now + iat);
      if (exp !== null)
        token.setExpirationTime(exp === undefined ? new Date(Date.now() + lifetimeMs) : now + exp);
      return token.sign(pairs[kid].privateKey);
    },
    publish: (...kids) => void (published = kids.map((kid) => jwks[kid])),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
