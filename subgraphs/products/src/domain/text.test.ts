import { describe, expect, it } from '@jest/globals';
import { hasForbiddenCharacters, printable } from './text.js';

describe('forbidden characters', () => {
  it.each(['a\u0000b', 'a\u001bb', '\u202etxt', 'a\ud800', 'a\u0085b'])('should be found in %j', (text) => {
    expect(hasForbiddenCharacters(text)).toBe(true);
    expect(hasForbiddenCharacters(printable(text))).toBe(false);
  });

  it('should leave emoji, accents and other scripts alone', () => {
    expect(hasForbiddenCharacters('Crème 🍮 日本 שלום')).toBe(false);
  });

  it('should allow lines where a text may have some', () => {
    expect(hasForbiddenCharacters('a\nb', { multiline: true })).toBe(false);
    expect(hasForbiddenCharacters('a\nb')).toBe(true);
  });
});
