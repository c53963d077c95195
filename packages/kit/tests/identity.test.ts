import { describe, expect, it } from '@jest/globals';
import { IDENTITY_LIFETIME_S, signIdentity, verifyIdentity, type Identity } from '../src/identity.js';

const secret = 'a-secret-that-is-long-enough-for-this-test';
const user: Identity = {
  kind: 'user',
  userId: 'u1',
  role: 'CUSTOMER',
  sessionId: 's1',
  expiresAt: 1_800_000_000_000,
};
const sign = (changes: Partial<Parameters<typeof signIdentity>[0]> = {}) =>
  signIdentity({ identity: user, audience: 'orders', issuer: 'gateway', secret, ...changes });
const verify = (token: string | undefined) => verifyIdentity(token, { audience: 'orders', secret });

describe('the internal identity', () => {
  it.each<Identity>([user, { kind: 'anonymous' }])('arrives as it was signed: $kind', async (identity) => {
    expect(await verify(await sign({ identity }))).toEqual(identity);
  });

  it('is refused when it is meant for another service', async () => {
    await expect(sign({ audience: 'users' }).then(verify)).rejects.toThrow(
      'not a valid signature for "orders"',
    );
  });

  it('is refused when it is older than its lifetime', async () => {
    const now = new Date(Date.now() - (IDENTITY_LIFETIME_S + 10) * 1000);
    await expect(sign({ now }).then(verify)).rejects.toThrow('not a valid signature');
  });

  it('is refused when signed with another secret, cut, or absent', async () => {
    await expect(sign({ secret: 'another-secret-that-is-long-enough-too' }).then(verify)).rejects.toThrow(
      'not a valid signature',
    );
    await expect(sign().then((token) => verify(token.slice(0, -2)))).rejects.toThrow('not a valid signature');
    await expect(verify(undefined)).rejects.toThrow('Missing x-cartograph-identity');
  });

  it('lets no service pass itself off as another', async () => {
    const identity: Identity = { kind: 'service', name: 'orders' };
    await expect(sign({ identity, issuer: 'service:cart' }).then(verify)).rejects.toThrow(
      'not a valid signature',
    );
    expect(await verify(await sign({ identity, issuer: 'service:orders' }))).toEqual(identity);
  });
});
