import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, wordsOf } from './words.js';

describe('folding', () => {
  it.each([
    ['Crème BRÛLÉE', 'creme brulee'],
    ['Straße', 'strasse'],
    ['Ærø', 'aero'],
    ['ﬁne', 'fine'],
    ['Łódź', 'lodz'],
  ])('should read %s as %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('should change nothing when done twice', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)));
  });
});

describe('words', () => {
  it('should be each once, without what stands between them', () => {
    expect(wordsOf('The 28-cm pan: the PAN!', 'pan & lid')).toEqual(['the', '28', 'cm', 'pan', 'lid']);
  });

  it('should only be letters and digits, so that none means anything to a pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        wordsOf(text).every((word) => /^[\p{L}\p{N}]{1,40}$/u.test(word)),
      ),
    );
  });
});
