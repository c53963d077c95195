import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addMoney,
  CURRENCY_DECIMALS,
  formatAmount,
  type CurrencyCode,
  MAX_MINOR,
  multiplyMoney,
  parseMoney,
  roundMinor,
  sumMoney,
} from './index.js';

const currency = fc.constantFrom(...(Object.keys(CURRENCY_DECIMALS) as CurrencyCode[]));

describe('money', () => {
  it('reads back every amount it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -MAX_MINOR, max: MAX_MINOR }), currency, (minor, code) => {
        const money = { minor: minor === 0 ? 0 : minor, currency: code };
        expect(parseMoney({ amount: formatAmount(money), currency: code })).toEqual(money);
      }),
    );
  });

  it.each([
    ['12.5', 'EUR', 1250],
    ['0.07', 'EUR', 7],
    ['12.500', 'EUR', 1250],
    ['-3', 'USD', -300],
    ['700', 'JPY', 700],
  ] as const)('reads %s %s as %i minor units', (amount, code, minor) => {
    expect(parseMoney({ amount, currency: code })).toEqual({ minor, currency: code });
  });

  it.each([
    ['', 'MALFORMED_AMOUNT'],
    ['1e3', 'MALFORMED_AMOUNT'],
    ['1,50', 'MALFORMED_AMOUNT'],
    ['NaN', 'MALFORMED_AMOUNT'],
    ['1.005', 'TOO_MANY_DECIMALS'],
    ['999999999999', 'AMOUNT_OUT_OF_RANGE'],
  ])('refuses %j as %s', (amount, code) => {
    expect(() => parseMoney({ amount, currency: 'EUR' })).toThrow(expect.objectContaining({ code }));
  });

  it('rounds halves away from zero', () => {
    expect([0.5, 1.5, -0.5, -1.4].map(roundMinor)).toEqual([1, 2, -1, -1]);
  });

  it('never mixes currencies', () => {
    expect(() => addMoney({ minor: 1, currency: 'EUR' }, { minor: 1, currency: 'USD' })).toThrow(
      'Cannot add USD to EUR',
    );
  });

  it('sums and multiplies in minor units', () => {
    expect(
      sumMoney([multiplyMoney({ minor: 333, currency: 'EUR' }, 3), { minor: 1, currency: 'EUR' }]),
    ).toEqual({ minor: 1000, currency: 'EUR' });
    expect(sumMoney([])).toBeUndefined();
  });
});
