import { describe, expect, it } from '@jest/globals';
import { idempotencyKeyFault, newId } from '../src/index.js';

describe('an idempotency key', () => {
  it.each([newId(), 'order 1', ' ', '~', 'k'.repeat(255)])('may be %j', (key) => {
    expect(idempotencyKeyFault(key)).toBeUndefined();
  });

  it.each([
    ['', 'The idempotency key must have 1 to 255 characters, got 0.'],
    ['k'.repeat(256), 'The idempotency key must have 1 to 255 characters, got 256.'],
  ])('is refused for its length if it is %j', (key, fault) => {
    expect(idempotencyKeyFault(key)).toBe(fault);
  });

  it.each(['schlüssel', 'a\nb', 'a\n', '\u0000', '\u007f'])(
    'is refused for its characters if it is %j',
    (key) => {
      expect(idempotencyKeyFault(key)).toBe(
        'The idempotency key may only have printable ASCII characters, such as a UUID.',
      );
    },
  );
});
