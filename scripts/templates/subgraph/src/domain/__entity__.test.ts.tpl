import { describe, expect, it } from '@jest/globals';
import { read__Entity__Text } from './__entity__.js';

describe('the text of one of the __name__', () => {
  it('is kept as it is, but for space around it', () => {
    expect(read__Entity__Text('  Grüße,\n🫖  ')).toBe('Grüße,\n🫖');
    expect(read__Entity__Text('x'.repeat(2_000))).toHaveLength(2_000);
  });

  it.each(['', '   ', 'x'.repeat(2_001), 'a\u0000b', 'half \ud800 a pair'])('is refused when it is %j', (text) => {
    expect(() => read__Entity__Text(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
