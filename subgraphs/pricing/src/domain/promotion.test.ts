import { describe, expect, it } from '@jest/globals';
import { readPromotionText } from './promotion.js';

describe('the text of one of the pricing', () => {
  it('is kept as it is, but for space around it', () => {
    expect(readPromotionText('  Grüße,\n🫖  ')).toBe('Grüße,\n🫖');
    expect(readPromotionText('x'.repeat(2_000))).toHaveLength(2_000);
  });

  it.each(['', '   ', 'x'.repeat(2_001), 'a\u0000b', 'half \ud800 a pair'])(
    'is refused when it is %j',
    (text) => {
      expect(() => readPromotionText(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
