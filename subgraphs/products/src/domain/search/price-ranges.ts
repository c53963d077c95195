/** How many products have prices in exactly these ranges. A product with variants may be in several. */
export interface PriceCount {
  /** Indexes into the bounds. */
  readonly ranges: readonly number[];
  readonly count: number;
}

export interface PriceRange {
  /** The index of its first bound. */
  readonly from: number;
  /** The index after its last bound. */
  readonly to: number;
  /** Products with a price in it, each counted once. */
  readonly count: number;
}

const MANTISSAS = [1, 1.5, 2, 3, 5, 7.5];
const MAX_EXPONENT = 11;

/** Round lower bounds in minor units, which suit every currency and every level of prices. Lists offer a few of them. */
export const PRICE_BOUNDS: readonly number[] = [
  0,
  ...Array.from({ length: MAX_EXPONENT }, (_, exponent) =>
    MANTISSAS.map((mantissa) => mantissa * 10 ** exponent).filter(Number.isInteger),
  ).flat(),
];

/** Joins neighbours, those with the fewest products first, until at most `most` ranges remain. None is empty. */
export function fitPriceRanges(counts: readonly PriceCount[], most = 6): PriceRange[] {
  const countIn = (from: number, to: number) =>
    counts.reduce(
      (sum, { ranges, count }) => sum + (ranges.some((range) => range >= from && range < to) ? count : 0),
      0,
    );
  const ranges = [...new Set(counts.flatMap((one) => one.ranges))]
    .sort((a, b) => a - b)
    .map((from): PriceRange => ({ from, to: from + 1, count: countIn(from, from + 1) }));
  while (ranges.length > most) {
    const joined = ranges
      .slice(1)
      .map((right, index) => ({ index, count: countIn(ranges[index]!.from, right.to) }));
    const { index } = joined.reduce((least, one) => (one.count < least.count ? one : least));
    const [left, right] = [ranges[index]!, ranges[index + 1]!];
    ranges.splice(index, 2, { from: left.from, to: right.to, count: joined[index]!.count });
  }
  return ranges;
}
