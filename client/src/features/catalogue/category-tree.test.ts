import { describe, expect, it } from '@jest/globals';
import { inTreeOrder } from './category-tree.js';

const facet = (id: string, count: number, parent?: string) => ({
  count,
  category: { id, slug: id, name: id, parent: parent ? { id: parent } : null },
});

describe('departments to choose from', () => {
  it('should each be followed by those within, in the order given, and stand at the top without their own', () => {
    const facets = [
      facet('home', 9),
      facet('lamps', 6, 'home'),
      facet('garden', 5),
      facet('desk-lamps', 4, 'lamps'),
      facet('rugs', 3, 'home'),
      facet('tents', 2, 'outdoor'),
    ];
    expect(inTreeOrder(facets).map(({ category, depth }) => [category.id, depth])).toEqual([
      ['home', 0],
      ['lamps', 1],
      ['desk-lamps', 2],
      ['rugs', 1],
      ['garden', 0],
      ['tents', 0],
    ]);
  });
});
