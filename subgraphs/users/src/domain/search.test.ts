import { describe, expect, it } from '@jest/globals';
import { foldForSearch } from './search.js';

describe('Text for searching', () => {
  it('has no case, accents or control characters', () => {
    expect(foldForSearch('Édith\u0000 PIAF ﬁ')).toBe('edith piaf fi');
  });
});
