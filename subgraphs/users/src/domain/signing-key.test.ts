import { describe, expect, it } from '@jest/globals';
import { openPrivateKey, sealPrivateKey } from './signing-key.js';

const jwk = { kty: 'OKP', crv: 'Ed25519', x: 'public', d: 'private' };
const secret = 'a-secret-that-is-long-enough-for-this-test';

describe('A sealed private key', () => {
  const sealed = sealPrivateKey(jwk, 'kid-1', secret);

  it('is opened with the secret and the id it was sealed with', () => {
    expect(openPrivateKey(sealed, 'kid-1', secret)).toEqual(jwk);
  });

  it('cannot be opened with another secret, for another id, or after a change', () => {
    expect(() => openPrivateKey(sealed, 'kid-1', `${secret}!`)).toThrow();
    expect(() => openPrivateKey(sealed, 'kid-2', secret)).toThrow();
    const changed = Buffer.from(sealed);
    changed[40]! ^= 1;
    expect(() => openPrivateKey(changed, 'kid-1', secret)).toThrow();
    expect(() => openPrivateKey(Buffer.alloc(0), 'kid-1', secret)).toThrow();
  });

  it('never looks the same twice', () => {
    expect(sealPrivateKey(jwk, 'kid-1', secret).equals(sealed)).toBe(false);
  });
});
