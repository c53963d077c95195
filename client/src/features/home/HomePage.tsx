import { Link } from 'react-router';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { ProductGrid, ProductGridSkeleton } from '../../components/ProductGrid.js';
import { ProductTile } from '../../components/ProductTile.js';
import { Skeleton } from '../../components/Skeleton.js';
import type { ProductCardFragment } from '../../graphql/ProductCard.generated.js';
import { usePageTitle } from '../../lib/page-title.js';
import { useHomeQuery, type HomeQuery } from './Home.generated.js';

const HERO_PICTURES = 4;

type Category = NonNullable<HomeQuery['categories']>[number];

export function HomePage() {
  usePageTitle(undefined);
  const { data, error, refetch } = useHomeQuery({ errorPolicy: 'all' });
  const isLoading = !data && !error;
  const products = data?.products?.edges.map(({ node }) => node) ?? [];
  return (
    <>
      <Hero products={products.filter(({ imageUrl }) => imageUrl).slice(0, HERO_PICTURES)} />
      {error && !data?.categories && (
        <div className="mt-8">
          <ProblemNotice error={error} onRetry={refetch} />
        </div>
      )}
      {(isLoading || data?.categories) && (
        <>
          <h2 className="mt-12 mb-4 font-display text-2xl">Departments</h2>
          <ul className="grid grid-cols-2 gap-3 lg:grid-cols-4">
            {data?.categories?.map((category) => (
              <li key={category.id}>
                <Department category={category} />
              </li>
            ))}
            {isLoading &&
              Array.from({ length: 8 }, (_, index) => (
                <li key={index}>
                  <Skeleton className="h-16 sm:h-28" />
                </li>
              ))}
          </ul>
        </>
      )}
      {(isLoading || products.length > 0) && (
        <>
          <h2 className="mt-12 mb-4 font-display text-2xl">Just in</h2>
          {isLoading && <ProductGridSkeleton />}
          <ProductGrid isTaste>
            {products.map((product) => (
              <ProductTile key={product.id} product={product} />
            ))}
          </ProductGrid>
        </>
      )}
    </>
  );
}

function Department({ category }: { readonly category: Category }) {
  return (
    <Link
      to={`/products?category=${category.slug}`}
      className="group flex h-full flex-col rounded-2xl border border-stone-200 bg-white p-4 transition-colors hover:border-leaf-600 sm:p-5 dark:border-stone-800 dark:bg-stone-900"
    >
      <span className="flex items-baseline justify-between gap-2">
        <span className="font-display text-lg group-hover:text-leaf-700 sm:text-xl dark:group-hover:text-green-300">
          {category.name}
        </span>
        <span className="text-sm text-stone-600 tabular-nums dark:text-stone-400">
          <span className="sr-only">: </span>
          {category.productCount}
          <span className="sr-only"> products.</span>
        </span>
      </span>
      <span className="mt-2 text-sm text-stone-600 max-sm:hidden dark:text-stone-400">
        {category.description}
      </span>
    </Link>
  );
}

function Hero({ products }: { readonly products: readonly ProductCardFragment[] }) {
  return (
    <section className="overflow-hidden rounded-3xl bg-leaf-800 text-white md:grid md:grid-cols-[1.1fr_1fr]">
      <div className="px-6 py-12 sm:px-12 lg:py-16">
        <h1 className="max-w-xl font-display text-4xl leading-tight text-balance sm:text-5xl">
          Good things for the house, the trail and the table
        </h1>
        <p className="mt-4 max-w-lg text-leaf-50">
          Made to last, chosen by people who use them. Every order can be followed as it moves, step by step.
        </p>
        <Link
          to="/products"
          className="mt-8 inline-block rounded-lg bg-white px-5 py-3 font-semibold text-leaf-800 hover:bg-leaf-50"
        >
          Browse everything
        </Link>
      </div>
      <div aria-hidden className="hidden grid-cols-2 content-center gap-3 p-6 md:grid">
        {Array.from({ length: HERO_PICTURES }, (_, index) => (
          <div key={index} className="aspect-4/3 overflow-hidden rounded-2xl bg-leaf-700">
            {products[index]?.imageUrl && (
              <img src={products[index].imageUrl} alt="" className="size-full object-cover" />
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
