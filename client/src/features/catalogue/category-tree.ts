import type { ProductsQuery } from './Products.generated.js';

type Facet = NonNullable<ProductsQuery['products']>['facets']['categories'][number];
type Placed = Facet & { readonly depth: number };

/** Slugs of the departments that contain one, nearest first, as far as they are in the list. */
function above(facets: readonly Facet[], slug: string): readonly string[] {
  const parent = facets.find(({ category }) => category.slug === slug)?.category.parent;
  const found = parent && facets.find(({ category }) => category.id === parent.id)?.category.slug;
  return found ? [found, ...above(facets, found)] : [];
}

/**
 * The departments to choose from: the top level, and the path to and the content of those that are selected. Siblings stay in
 * the given order; a department whose parent is not in the list is at the top.
 */
export function departmentsToShow(facets: readonly Facet[], chosen: readonly string[]): readonly Placed[] {
  const open = new Set(chosen.flatMap((slug) => [slug, ...above(facets, slug)]));
  const below = (parent: string | undefined, depth: number): readonly Placed[] =>
    facets
      .filter(({ category }) => above(facets, category.slug)[0] === parent)
      .flatMap((facet) => [
        { ...facet, depth },
        ...(open.has(facet.category.slug) ? below(facet.category.slug, depth + 1) : []),
      ]);
  return below(undefined, 0);
}

/** Departments that cannot be combined with one, because they contain it or are inside it. */
export const relatives = (facets: readonly Facet[], slug: string): readonly string[] => [
  ...above(facets, slug),
  ...facets.map(({ category }) => category.slug).filter((other) => above(facets, other).includes(slug)),
];
