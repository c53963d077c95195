import { describe, expect, it } from '@jest/globals';
import { readMethodText } from './method.js';

describe('the text of one of the shipping', () => {
  it('is kept as it is, but for space around it', () => {
    expect(readMethodText('  Grüße,\n🫖  ')).toBe('Grüße,\n🫖');
    expect(readMethodText('x'.repeat(2_000))).toHaveLength(2_000);
  });

  it.each(['', '   ', 'x'.repeat(2_001), 'a\u0000b', 'half \ud800 a pair'])(
    'is refused when it is %j',
    (text) => {
      expect(() => readMethodText(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
