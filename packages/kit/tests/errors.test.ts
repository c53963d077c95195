import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { FAULT_CODES, refusable, Refusal } from '../src/errors.js';
import { SIGN_IN_REASONS } from '../src/token-refusal.js';

describe('errors', () => {
  it('are listed in docs/errors.md with the same meaning', () => {
    const docs = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const listed = Object.fromEntries(
      [...docs.matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]),
    );
    expect(listed).toEqual({ ...FAULT_CODES, ...SIGN_IN_REASONS });
  });

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
