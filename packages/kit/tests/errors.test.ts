import { describe, expect, it } from '@jest/globals';
import { collectRefusals, refusable, Refusal } from '../src/errors.js';

describe('errors', () => {
  it('turn a refusal into user errors and let other errors through', async () => {
    const refused = await refusable({ cart: null }, () =>
      Promise.reject(new Refusal('OUT_OF_STOCK', 'Only 2 are left.', ['quantity'])),
    );
    expect(refused).toEqual({
      cart: null,
      userErrors: [{ code: 'OUT_OF_STOCK', message: 'Only 2 are left.', field: ['quantity'] }],
    });
    await expect(refusable({ cart: null }, () => Promise.reject(new TypeError('bug')))).rejects.toThrow(
      'bug',
    );
  });

  it('collect everything that is wrong with an input', () => {
    const input = collectRefusals<'OUT_OF_STOCK'>();
    input.throwIfAny();
    expect(input.text(['name'], 'The name', ' Ada ', { max: 10, isRequired: true })).toBe('Ada');
    expect(input.text(['note'], 'The note', ' ', { max: 10 })).toBe(null);
    expect(input.text(['city'], 'The city', null, { max: 10, isRequired: true })).toBe('');
    expect(input.text(['note'], 'The note', 'a\u202Eb', { max: 10 })).toBe(null);
    input.add(['quantity'], 'Only 2 are left.', 'OUT_OF_STOCK');
    expect(() => input.throwIfAny()).toThrow(
      new Refusal([
        { code: 'INVALID_INPUT', message: 'The city is required.', field: ['city'] },
        {
          code: 'INVALID_INPUT',
          message: 'The note contains control characters or line breaks; it must be one line of plain text.',
          field: ['note'],
        },
        { code: 'OUT_OF_STOCK', message: 'Only 2 are left.', field: ['quantity'] },
      ]),
    );
    expect(input.errors.map(({ field }) => field)).toEqual([['city'], ['note'], ['quantity']]);
  });
});
