import { Link } from 'react-router';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { ProductGrid, ProductGridSkeleton } from '../../components/ProductGrid.js';
import { ProductTile } from '../../components/ProductTile.js';
import { Skeleton } from '../../components/Skeleton.js';
import { useHomeQuery } from './Home.generated.js';

export function HomePage() {
  const { data, error, refetch } = useHomeQuery({ errorPolicy: 'all' });
  return (
    <>
      <section className="rounded-3xl bg-leaf-800 px-6 py-14 text-white sm:px-12">
        <h1 className="max-w-xl font-display text-4xl leading-tight sm:text-5xl">
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
      </section>

      <h2 className="mt-12 mb-4 font-display text-2xl">Departments</h2>
      {error && !data?.categories && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {data?.categories?.map((category) => (
          <li key={category.id}>
            <Link
              to={`/products?category=${category.slug}`}
              className="block h-full rounded-2xl border border-stone-200 bg-white p-4 hover:border-leaf-600 dark:border-stone-800 dark:bg-stone-900"
            >
              <span className="font-medium">{category.name}</span>
              <span className="mt-1 block text-sm text-stone-600 dark:text-stone-400">
                {category.productCount} products
              </span>
            </Link>
          </li>
        ))}
        {!data &&
          !error &&
          Array.from({ length: 8 }, (_, index) => <Skeleton key={index} className="h-20" />)}
      </ul>

      <h2 className="mt-12 mb-4 font-display text-2xl">Just in</h2>
      {!data && !error && <ProductGridSkeleton />}
      <ProductGrid>
        {data?.products?.edges.map(({ node }) => (
          <ProductTile key={node.id} product={node} />
        ))}
      </ProductGrid>
    </>
  );
}
