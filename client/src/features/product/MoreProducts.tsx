import { ProductGrid } from '../../components/ProductGrid.js';
import { ProductTile } from '../../components/ProductTile.js';
import { pictureUrl } from '../../lib/picture-url.js';
import { useMoreProductsQuery } from './MoreProducts.generated.js';

const SHOWN = 4;

interface MoreProductsProps {
  readonly category: { readonly slug: string; readonly name: string };
  /** Of the product that is looked at, which is not shown again. */
  readonly title: string;
}

/** Other products of the same category. The page is complete without them, so a failure to load them is not shown. */
export function MoreProducts({ category, title }: MoreProductsProps) {
  const { data } = useMoreProductsQuery({
    variables: { filter: { categories: [category.slug] }, first: SHOWN + 1 },
    // Not cached: this short list would be taken for the beginning of the category's list.
    fetchPolicy: 'no-cache',
  });
  const others = (data?.products?.edges ?? [])
    // What does not go through the cache is not read by its policies either.
    .map(({ node }) => ({ ...node, imageUrl: pictureUrl(node.imageUrl) }))
    .filter((product) => product.title !== title)
    .slice(0, SHOWN);
  if (others.length === 0) return null;
  return (
    <section aria-labelledby="more" className="mt-16">
      <h2 id="more" className="mb-4 font-display text-2xl">
        More from {category.name}
      </h2>
      <ProductGrid isTaste>
        {others.map((product) => (
          <ProductTile key={product.id} product={product} />
        ))}
      </ProductGrid>
    </section>
  );
}
