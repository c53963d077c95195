import { describe, expect, it } from '@jest/globals';
import { departmentsToShow, relatives } from './category-tree.js';

const facet = (id: string, count: number, parent?: string) => ({
  count,
  category: { id: `id of ${id}`, slug: id, name: id, parent: parent ? { id: `id of ${parent}` } : null },
});
const facets = [
  facet('home', 9),
  facet('lamps', 6, 'home'),
  facet('garden', 5),
  facet('desk-lamps', 4, 'lamps'),
  facet('rugs', 3, 'home'),
  facet('tents', 2, 'outdoor'),
];
const shown = (...chosen: string[]) =>
  departmentsToShow(facets, chosen).map(({ category, depth }) => `${'-'.repeat(depth)}${category.slug}`);

describe('departments to choose from', () => {
  it('should be those at the top, in the order given, as long as none is chosen', () =>
    expect(shown()).toEqual(['home', 'garden', 'tents']));

  it('should lead to the one that is chosen, and to those within it', () => {
    expect(shown('home')).toEqual(['home', '-lamps', '-rugs', 'garden', 'tents']);
    expect(shown('lamps', 'garden')).toEqual(['home', '-lamps', '--desk-lamps', '-rugs', 'garden', 'tents']);
  });

  it('should not be chosen together with what holds them or lies within them', () => {
    expect(relatives(facets, 'lamps')).toEqual(['home', 'desk-lamps']);
    expect(relatives(facets, 'garden')).toEqual([]);
  });
});
