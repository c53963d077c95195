import { describe, expect, it } from '@jest/globals';
import { createRefusals, readText } from './refusals.js';
import { printable } from './text.js';

/** @returns the text as it is stored, or why it is refused */
function read(text: string, allowsLines = false): string {
  const refusals = createRefusals();
  const value = readText(refusals, ['name'], 'The name', text, { max: 5, allowsLines });
  return refusals.all()[0]?.message ?? value;
}

describe('a text', () => {
  it.each(['a\u0000b', 'a\u001bb', '\u202etxt', 'a\ud800', 'a\u0085b', 'K\ufffdse'])(
    'should be refused with the forbidden character in %j, which messages replace',
    (text) => {
      expect(read(text)).toMatch(/^The name contains /);
      expect(read(printable(text))).toBe(printable(text));
    },
  );

  it('should be stored with emoji, accents and other scripts', () => {
    for (const text of ['Crème', '🍮', '日本', 'שלום']) expect(read(` ${text} `)).toBe(text);
  });

  it('should have several lines only where the field allows them', () => {
    expect(read('a\r\nb', true)).toBe('a\nb');
    expect(read('a\nb')).toMatch(/^The name contains control characters or line breaks/);
  });

  it('should be measured in code points and be visible', () => {
    expect(read('🍮🍮🍮🍮🍮')).toBe('🍮🍮🍮🍮🍮');
    expect(read('123456')).toBe('The name may have at most 5 characters, got 6.');
    for (const text of ['', '  ', '\u200b']) expect(read(text)).toBe('The name is required.');
  });
});
