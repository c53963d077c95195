import { describe, expect, it } from '@jest/globals';
import { canMove, HOLD_TRANSITIONS, mergeItems, sameItems, type HoldState } from './hold.js';

const states = Object.keys(HOLD_TRANSITIONS) as HoldState[];

describe('the states of a hold', () => {
  it('should all be reachable from the first one', () => {
    const seen = new Set<HoldState>(['RESERVING']);
    for (const state of seen) for (const next of HOLD_TRANSITIONS[state]) seen.add(next);
    expect([...seen].sort()).toEqual([...states].sort());
  });

  it('should never lead on from sold goods', () => {
    expect(states.filter((state) => canMove('COMMITTED', state))).toEqual([]);
  });

  it('should all have a way to a settled end', () => {
    for (const state of states) {
      const seen = new Set<HoldState>([state]);
      for (const step of seen) for (const next of HOLD_TRANSITIONS[step]) seen.add(next);
      expect(seen.has('RELEASED') || seen.has('COMMITTED')).toBe(true);
    }
  });
});

describe('the items of a hold', () => {
  it('should be one line per product, in one order whatever the order asked for', () => {
    const items = [
      { productId: 'b', quantity: 1 },
      { productId: 'a', quantity: 2 },
      { productId: 'b', quantity: 3 },
    ];
    expect(mergeItems(items)).toEqual([
      { productId: 'a', quantity: 2 },
      { productId: 'b', quantity: 4 },
    ]);
    expect(sameItems(mergeItems(items), mergeItems(items.toReversed()))).toBe(true);
    expect(sameItems(mergeItems(items), mergeItems(items.slice(1)))).toBe(false);
  });
});
