import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from './fold.js';
import { codeWords, typedWords, wordsOf } from './words.js';

describe('folding', () => {
  it.each([
    ['Crème BRÛLÉE', 'creme brulee'],
    ['Straße', 'strasse'],
    ['Ærø', 'aero'],
    ['ﬁne', 'fine'],
    ['Łódź', 'lodz'],
    ['IŞIK', 'isik'],
    ['ışık İstanbul', 'isik istanbul'],
    ['Đèn bàn', 'den ban'],
    ['Ζεστός', 'ζεστοσ'],
    ['ёлка', 'елка'],
    ['ビール', 'ビール'],
    ['दिल', 'दिल'],
    ['ﾋﾞｰﾙ', 'ビール'],
    ['שָׁלוֹם', 'שָׁלוֹם'],
  ])('should read %s as %s', (text, folded) => {
    expect(fold(text)).toBe(folded.normalize('NFC'));
  });

  it('should change nothing when done twice', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(fold(text)) === fold(text)));
  });
});

describe('words', () => {
  it('should be each once, without what stands between them', () => {
    expect(wordsOf('The 28-cm pan: the PAN!', 'pan & lid')).toEqual([
      'the',
      '28',
      'cm',
      '28cm',
      'pan',
      'lid',
    ]);
  });

  it.each([
    ['joined by hyphens', 'T-shirt Wi-Fi', ['tshirt', 'wifi', 'shirt']],
    ['joined with numbers', 'iPhone 15', ['iphone15']],
    ['spelled as two letters', 'Käse', ['kase', 'kaese']],
    ['of pairs of letters', '保温杯', ['保温', '温杯', '杯']],
    ['of digits without their zeros', 'CUP-070760', ['070760', '70760']],
    ['of fractions', '9½', ['9', '½']],
    ['of fractions as typed', '9 1/2', ['9', '½']],
    ['with marks', 'दाल', ['दाल']],
  ])('should be found %s', (_, text, expected) => {
    expect(wordsOf(text)).toEqual(expect.arrayContaining(expected));
  });

  it.each([
    ['9½', ['91', '912', '9½']],
    ['10²', ['102']],
    ['1.5 l', ['15']],
    ['10/20', ['1020']],
  ])('should not join the numbers of %s', (text, wrong) => {
    for (const word of wrong) expect(wordsOf(text)).not.toContain(word);
  });

  it('should find a code by its parts', () => {
    expect(codeWords('INS114DRE-07')).toEqual(
      expect.arrayContaining(['ins114dre', '114dre', 'dre', '07', '7', 'ins114dre07', '114dre07']),
    );
  });

  it('should only be letters, marks and digits, so that none means anything to a pattern', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) =>
        [...wordsOf(text), ...codeWords(text), ...typedWords(text)].every((word) =>
          /^[\p{L}\p{N}\p{M}]{1,40}$/u.test(word),
        ),
      ),
    );
  });

  it('should find each of their texts as it was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const stored = wordsOf(text);
        return typedWords(text).every((word) => stored.some((one) => one.startsWith(word)));
      }),
    );
  });
});
