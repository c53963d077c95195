import { describe, expect, it } from '@jest/globals';
import { stockChange, stockDifferences, sumChanges } from './stock.js';

describe('stock arithmetic', () => {
  it('should conserve what was put in, whatever orders do with it', () => {
    const sum = sumChanges([
      stockChange('INITIAL', 10),
      stockChange('RESERVATION', 4),
      stockChange('RELEASE', 1),
      stockChange('COMMIT', 3),
      stockChange('ADJUSTMENT', -2),
    ]);
    expect(sum).toEqual({ available: 5, reserved: 0, sold: 3 });
    expect(stockDifferences(sum, sum, 8, 0)).toEqual([]);
  });

  it('should name each number that does not fit', () => {
    const differences = stockDifferences(
      { available: 5, reserved: 1, sold: 0 },
      { available: 4, reserved: 1, sold: 0 },
      5,
      0,
    );
    expect(differences).toEqual([
      'available is 5, the ledger adds up to 4',
      'initial + adjustments are 5, available + reserved + sold are 6',
      'reserved is 1, its reservations add up to 0',
    ]);
  });
});
