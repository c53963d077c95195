import { describe, expect, it } from '@jest/globals';
import { refusable, Refusal } from '../src/errors.js';

describe('errors', () => {
  it('turn a refusal into user errors and let faults through', async () => {
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
});
