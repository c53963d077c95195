import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isHolder, maySee } from './access.js';
import { newGuestCartId, ownerOf, userCartId } from './cart-id.js';

describe('cart ids', () => {
  it('of guests are all different and never a user’s', () => {
    const ids = Array.from({ length: 1_000 }, newGuestCartId);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) expect(ownerOf(id)).toEqual({ kind: 'guest' });
  });

  it('of users name that user and nobody else', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (userId, otherId) => {
        const id = userCartId(userId);
        expect(ownerOf(id)).toEqual({ kind: 'user', userId });
        const who = {
          kind: 'user',
          userId: otherId,
          role: 'CUSTOMER',
          sessionId: 's',
          expiresAt: 0,
        } as const;
        expect(isHolder(who, id)).toBe(userId === otherId);
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
