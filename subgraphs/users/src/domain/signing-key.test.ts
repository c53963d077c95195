import { describe, expect, it } from '@jest/globals';
import { NONCE_LENGTH, openPrivateKey, sealPrivateKey } from './signing-key.js';

const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'public', d: 'private' };
const secret = 'a-secret-that-is-long-enough-for-this-test';
const nonce = (fill: number) => Buffer.alloc(NONCE_LENGTH, fill);

describe('A sealed private key', () => {
  const sealed = sealPrivateKey(jwk, 'kid-1', secret, nonce(1));

  it('opens with the secret and the id that sealed it', () => {
    expect(openPrivateKey(sealed, 'kid-1', secret)).toEqual(jwk);
  });

  it('does not open with another secret, for another id, or after a change', () => {
    expect(() => openPrivateKey(sealed, 'kid-1', `${secret}!`)).toThrow();
    expect(() => openPrivateKey(sealed, 'kid-2', secret)).toThrow();
    const changed = Buffer.from(sealed);
    changed[40]! ^= 1;
    expect(() => openPrivateKey(changed, 'kid-1', secret)).toThrow();
    expect(() => openPrivateKey(Buffer.alloc(0), 'kid-1', secret)).toThrow();
  });

  it('differs from the same key under another nonce', () => {
    const other = sealPrivateKey(jwk, 'kid-1', secret, nonce(2));
    expect(openPrivateKey(other, 'kid-1', secret)).toEqual(jwk);
    expect(other.subarray(28).equals(sealed.subarray(28))).toBe(false);
  });
});
