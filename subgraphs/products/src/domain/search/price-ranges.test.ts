import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitPriceRanges, PRICE_BOUNDS } from './price-ranges.js';

const rangeOf = (minor: number) => PRICE_BOUNDS.findLastIndex((bound) => bound <= minor);
/** Each product with the prices of its variants. */
const fit = (products: readonly (readonly number[])[]) =>
  fitPriceRanges(products.map((prices) => ({ ranges: [...new Set(prices.map(rangeOf))], count: 1 })));

describe('price ranges', () => {
  it.each([
    ['cents', [[450], [900], [1_200], [2_400], [4_900], [9_900]]],
    ['yen', [[300], [980], [1_480], [3_200], [12_000], [48_000]]],
    ['millions', [[1_000_000], [2_500_000], [8_000_000]]],
  ])('should tell prices in %s apart', (_, products) => {
    expect(fit(products).length).toBeGreaterThanOrEqual(3);
  });

  it('should be none without products', () => {
    expect(fitPriceRanges([])).toEqual([]);
  });

  it('should be few and not empty, and contain each price once', () => {
    const prices = fc.array(fc.integer({ min: 1, max: 100_000_000_000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(prices, { maxLength: 40 }), (products) => {
        const ranges = fit(products);
        expect(ranges.length).toBeLessThanOrEqual(6);
        for (const { from, to, count } of ranges) {
          const within = products.filter((some) =>
            some.some((minor) => rangeOf(minor) >= from && rangeOf(minor) < to),
          );
          expect(count).toBe(within.length);
          expect(count).toBeGreaterThan(0);
        }
        for (const minor of products.flat())
          expect(ranges.filter(({ from, to }) => rangeOf(minor) >= from && rangeOf(minor) < to)).toHaveLength(
            1,
          );
      }),
    );
  });
});
