import { describe, expect, it } from '@jest/globals';
import { paymentTokenFault } from './payment-token.js';

describe('a payment token', () => {
  it.each(['tok_ok', 'a', 'x'.repeat(200), 'pm.1:2~3+4/5=-'])('may be %s', (token) => {
    expect(paymentTokenFault(token)).toBeUndefined();
  });

  it.each(['', 'x'.repeat(201), 'tok ok', 'tok\n', 'tok\u0000', 'tök', '\u202Etok'])(
    'may not be %j',
    (token) => {
      expect(paymentTokenFault(token)).toMatch(/^A payment token has 1 to 200 characters/);
    },
  );
});
