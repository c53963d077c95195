import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createOrderNumber, parseOrderNumber } from './order-number.js';

const numbers = fc
  .array(fc.integer({ min: 0, max: 30 }), { minLength: 7, maxLength: 7 })
  .map((digits) => createOrderNumber(() => digits.shift()!));
const ALPHABET = '023456789ABCDEFGHJKMNPQRSTVWXYZ';
const plain = (number: string) => number.replaceAll('-', '').slice(2);

describe('order numbers', () => {
  it('look like CG-7F3K-2Q9M and have no easily confused characters', () => {
    for (let i = 0; i < 500; i++)
      expect(createOrderNumber((below) => randomInt(below))).toMatch(
        /^CG-[02-9A-HJKMNP-TV-Z]{4}-[02-9A-HJKMNP-TV-Z]{4}$/,
      );
  });

  it('are read in any spelling', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        expect(parseOrderNumber(number)).toBe(number);
        expect(parseOrderNumber(` ${number.toLowerCase().replaceAll('-', ' ')} `)).toBe(number);
        expect(parseOrderNumber(plain(number))).toBe(number);
        expect(parseOrderNumber(number.replaceAll('0', 'O'))).toBe(number);
      }),
    );
  });

  it('detect every single wrong character', () => {
    fc.assert(
      fc.property(numbers, fc.nat(7), fc.constantFrom(...ALPHABET), (number, place, character) => {
        const wrong = [...plain(number)];
        fc.pre(wrong[place] !== character);
        wrong[place] = character;
        expect(parseOrderNumber(wrong.join(''))).toBeUndefined();
      }),
    );
  });

  it('detect every swap of two characters', () => {
    fc.assert(
      fc.property(numbers, fc.nat(7), fc.nat(7), (number, one, other) => {
        const wrong = [...plain(number)];
        fc.pre(wrong[one] !== wrong[other]);
        [wrong[one], wrong[other]] = [wrong[other]!, wrong[one]!];
        expect(parseOrderNumber(wrong.join(''))).toBeUndefined();
      }),
    );
  });

  it.each(['', 'CG', 'CG-7F3K-2Q9', 'CG-7F3K-2Q9MM', 'I1LU-I1LU', '💥'])('are not made of %j', (text) => {
    expect(parseOrderNumber(text)).toBeUndefined();
  });
});
