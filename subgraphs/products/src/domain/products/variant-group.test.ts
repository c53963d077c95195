import { describe, expect, it } from '@jest/globals';
import { groupConflicts, type Member } from './variant-group.js';

const member = (size: number, isArchived = false): Member => ({
  sku: `S-${size}`,
  title: 'Bolt',
  category: 'bolts',
  variant: { group: 'bolts', options: ['size'] },
  attributes: [{ name: 'size', value: String(size) }],
  isArchived,
});
const conflictsOf = (siblings: readonly Member[], before?: Member) =>
  groupConflicts(member(1_000), before, siblings).map(({ message }) => message);
const members = (count: number, isArchived = false) =>
  Array.from({ length: count }, (_, index) => member(index, isArchived));

describe('the size of a group', () => {
  it('should be 250 variants on sale, not counting archived ones', () => {
    expect(conflictsOf(members(249))).toEqual([]);
    expect(conflictsOf(members(250, true))).toEqual([]);
    expect(conflictsOf(members(250))).toEqual([
      'A product may have at most 250 variants on sale; the group "bolts" has 250. Use another group.',
    ]);
  });

  it('should not stop changes of a group that an older release let grow', () => {
    expect(conflictsOf(members(400), member(1_000))).toEqual([]);
    expect(conflictsOf(members(400), member(1_000, true))).toHaveLength(1);
  });
});
