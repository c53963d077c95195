import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isHolder, maySee } from './access.js';
import { GUEST_CART_ID_BYTES, guestCartId, ownerOf, userCartId } from './cart-id.js';

describe('cart ids', () => {
  it('of guests differ and are never a user’s', () => {
    const ids = Array.from({ length: 1_000 }, () => guestCartId(randomBytes(GUEST_CART_ID_BYTES)));
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(ownerOf(id)).toEqual({ kind: 'guest' });
  });

  it('of users name that user and no other', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (userId, otherId) => {
        const id = userCartId(userId);
        expect(ownerOf(id)).toEqual({ kind: 'user', userId });
        const identity = {
          kind: 'user',
          userId: otherId,
          role: 'CUSTOMER',
          sessionId: 's',
          expiresAt: 0,
        } as const;
        expect(isHolder(identity, id)).toBe(userId === otherId);
        expect(maySee({ kind: 'anonymous' }, id)).toBe(false);
      }),
    );
  });

  it.each([
    '',
    'g_',
    'u_',
    'x_1',
    `g_${'a'.repeat(31)}`,
    `g_${'a'.repeat(31)}}`,
    'u_{a}',
    'u_a\n',
    `u_${'a'.repeat(65)}`,
  ])('are not %j', (id) => {
    expect(ownerOf(id)).toBeUndefined();
  });
});
