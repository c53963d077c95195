import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COLUMNS, columnOf, currencyOfHeader } from './catalogue-columns.js';
import { foldHeader, HEADER_WORDS } from './header-words.js';
import { createNumberReader } from './row-numbers.js';

/** Locales whose prices are written in every style that spreadsheets have. */
const LOCALES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'nl',
  'pl',
  'pt',
  'sv',
  'da',
  'nb',
  'cs',
  'de-CH',
  'en-IN',
  'fr-CH',
  'pt-BR',
];

describe('the numbers of a file', () => {
  it('should be what any locale wrote, or be refused, and never be another number', () => {
    const amount = fc.integer({ min: 1, max: 100_000_000 }).map((minor) => minor / 100);
    fc.assert(
      fc.property(
        fc.constantFrom(...LOCALES),
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        fc.constantFrom<Intl.NumberFormatOptions>(
          { minimumFractionDigits: 2 },
          { style: 'currency', currency: 'EUR' },
          { style: 'currency', currency: 'EUR', currencyDisplay: 'code' },
          { maximumFractionDigits: 0 },
        ),
        (locale, amounts, options) => {
          const format = new Intl.NumberFormat(locale, options);
          const whole = options.maximumFractionDigits === 0;
          const values = whole ? amounts.map(Math.ceil) : amounts;
          const numbers = createNumberReader('EUR');
          const rows = values.map((value) => ({ sku: 'A', price: format.format(value) }));
          for (const row of rows) numbers.note(row);
          for (const [index, row] of rows.entries()) {
            const { row: read, faults } = numbers.read(row);
            if (faults.length === 0) expect(Number(read.price)).toBe(values[index]);
            // Only whole thousands alone can mean two things.
            else
              expect({ whole, row }).toEqual({
                whole: true,
                row: { sku: 'A', price: expect.stringMatching(/^\d{1,3}[.,]\d{3}$/) },
              });
          }
        },
      ),
    );
  });

  it('should be thousands in a currency without decimals', () => {
    const numbers = createNumberReader('JPY');
    for (const price of ['1,234', '1.234', '￥1,234', '1234円'.replace('円', ' JPY')])
      expect(numbers.read({ price }).row.price).toBe('1234');
  });
});

describe('the words of headers', () => {
  it('should each mean one column, and be none of our own names for another', () => {
    const meanings = new Map<string, string>();
    for (const [column, words] of Object.entries(HEADER_WORDS))
      for (const word of words.split(',')) {
        const folded = foldHeader(word);
        expect([word, meanings.get(folded) ?? column]).toEqual([word, column]);
        meanings.set(folded, column);
        expect([word, columnOf(` "${word.trim().toUpperCase()}" `.replaceAll('"', ''))]).toEqual([
          word,
          column,
        ]);
      }
    for (const column of COLUMNS) expect(columnOf(column)).toBe(column);
  });

  it.each([
    ['Preis (€)', 'price', '€'],
    ['Prix en EUR', undefined, undefined],
    ['price_eur', 'price', 'eur'],
    ['Cena [PLN]', 'price', 'PLN'],
    ['price old', undefined, undefined],
    ['stock (€)', undefined, undefined],
    ['__proto__', undefined, undefined],
    ['constructor', undefined, undefined],
    ['', undefined, undefined],
  ])('should be read with their currency: %s', (header, column, currency) => {
    expect([columnOf(header), currencyOfHeader(header)]).toEqual([column, currency]);
  });
});
