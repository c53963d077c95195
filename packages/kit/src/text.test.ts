import { describe, expect, it } from '@jest/globals';
import { printable, readText } from './text.js';

const line = { max: 10, isRequired: true };

describe('a text that a person typed', () => {
  it('is trimmed and composed', () => {
    expect(readText('\uFEFF  Zoe\u0308 \u200B', line)).toEqual({ value: 'Zoë' });
  });

  it.each([
    ['blanks', ' \t\u00A0\u3000'],
    ['a zero width space', '\u200B'],
    ['a word joiner and a byte order mark', '\u2060\uFEFF'],
    ['a soft hyphen', '\u00AD'],
    ['a Hangul filler, which counts as a letter', '\u3164'],
    ['the blank Braille pattern', '\u2800'],
    ['marks without a letter', '\u0301\u0302'],
    ['variation selectors and joiners', '\u200D\uFE0F\u200C'],
    ['tag characters', '\u{E0061}\u{E0062}'],
    ['direction marks', '\u200E\u200F\u061C'],
    ['nothing', ''],
  ])('is empty if it shows nothing: %s', (_, text) => {
    expect(readText(text, line)).toEqual({ fault: 'is required' });
    expect(readText(text, { max: 10 })).toEqual({ value: null });
  });

  it.each([
    ['a null character', 'a\u0000'],
    ['an escape', 'a\u001B[31m'],
    ['a C1 control character', 'a\u0085b'],
    ['a bidirectional override', 'a\u202Eb'],
    ['a bidirectional isolate', 'a\u2066b'],
    ['a line separator', 'a\u2028b'],
    ['a lone surrogate', 'a\uD800b'],
    ['a non-character', 'a\uFFFFb'],
    ['a replacement character', 'a\uFFFDb'],
    ['a private-use character', 'a\uE000b'],
    ['a line break', 'a\nb'],
  ])('is refused as one line with %s', (_, text) => {
    expect(readText(text, line)).toHaveProperty('fault', expect.stringContaining('control characters'));
  });

  it('may have several lines where that is allowed, whatever the system calls a line end', () => {
    expect(readText('a\r\nb\rc\n\td', { max: 10, allowsLines: true })).toEqual({ value: 'a\nb\nc\n\td' });
    expect(readText('a\u0000', { max: 10, allowsLines: true })).toHaveProperty('fault');
    expect(readText('a\u202Eb', { max: 10, allowsLines: true })).toHaveProperty('fault');
  });

  it('is measured in code points', () => {
    expect(readText('👩'.repeat(10), line)).toEqual({ value: '👩'.repeat(10) });
    expect(readText('👩'.repeat(11), line)).toEqual({ fault: 'may have at most 10 characters, got 11' });
  });

  it('may use any script, joiners included', () => {
    for (const name of ['山田 太郎', 'گلگت', 'می‌خواهم', '👩‍👩‍👧', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', "O'Neil-Smith"])
      expect(readText(name, { max: 30 })).toEqual({ value: name });
  });
});

describe('a text inside a message', () => {
  it('is short and can be shown', () => {
    expect(printable('a\u202Eb\u0000\uD800')).toBe('a?b??');
    expect(printable('👩'.repeat(70))).toBe('👩'.repeat(60));
  });
});
