import type { ProductsQuery } from './Products.generated.js';

type Facet = NonNullable<ProductsQuery['products']>['facets']['categories'][number];

/** Departments, each followed by those within it, and how deep they stand; siblings stay in the order given. */
export function inTreeOrder(facets: readonly Facet[]): readonly (Facet & { readonly depth: number })[] {
  const known = new Set(facets.map(({ category }) => category.id));
  // One whose own department is not among them stands at the top.
  const parentOf = ({ category: { parent } }: Facet) => (parent && known.has(parent.id) ? parent.id : null);
  const below = (id: string | null, depth: number): (Facet & { readonly depth: number })[] =>
    facets
      .filter((facet) => parentOf(facet) === id)
      .flatMap((facet) => [{ ...facet, depth }, ...below(facet.category.id, depth + 1)]);
  return below(null, 0);
}
