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

/** Other things from the same shelf. Without them the page is complete: nothing is said where they cannot be had. */
export function MoreProducts({ category, title }: MoreProductsProps) {
  const { data } = useMoreProductsQuery({
    variables: { filter: { categories: [category.slug] }, first: SHOWN + 1 },
    // A short list of its own: cached, it would be taken for the beginning of the category's.
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
