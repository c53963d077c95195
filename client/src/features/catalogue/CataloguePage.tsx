import { useSearchParams } from 'react-router';
import { Button } from '../../components/Button.js';
import { LoadMore } from '../../components/LoadMore.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { ProductGrid, ProductGridSkeleton } from '../../components/ProductGrid.js';
import { ProductTile } from '../../components/ProductTile.js';
import { usePageTitle } from '../../lib/page-title.js';
import { CategoryBelow, CategoryPath } from './CategoryPlace.js';
import { useCategoryPlaceQuery } from './CategoryPlace.generated.js';
import { ChosenFilters } from './ChosenFilters.js';
import { Filters } from './Filters.js';
import { useProductsQuery } from './Products.generated.js';
import { chosenFilters, readSearch, SORTS, toFilter } from './search-filter.js';

const PAGE_SIZE = 24;

export function CataloguePage() {
  const [parameters, setParameters] = useSearchParams();
  const search = readSearch(parameters);
  const variables = { first: PAGE_SIZE, filter: toFilter(search), sort: search.sort };
  const { data, previousData, loading, error, fetchMore, refetch } = useProductsQuery({
    variables,
    notifyOnNetworkStatusChange: true,
  });
  // What was found before stays while the new list is on its way, so that the page does not jump.
  const shown = (data ?? previousData)?.products;

  const onlyCategory = search.categories.length === 1 && !search.text ? search.categories[0] : undefined;
  const place = useCategoryPlaceQuery({ variables: { slug: onlyCategory ?? '' }, skip: !onlyCategory });
  const category = (onlyCategory && place.data?.category) || undefined;
  const title = search.text
    ? `Results for “${search.text}”`
    : onlyCategory
      ? (category?.name ?? asTitle(onlyCategory))
      : 'Everything';
  usePageTitle(title);
  const currency = shown?.edges[0]?.node.price.currency ?? 'EUR';
  // Without an answer there is nothing to choose from.
  const hasFilters = shown !== undefined || loading;
  const filterCount = chosenFilters(parameters).length;
  const departmentName = (slug: string): string =>
    shown?.facets.categories.find((facet) => facet.category.slug === slug)?.category.name ??
    (category?.slug === slug ? category.name : asTitle(slug));

  const setParameter = (key: string, value: string) => {
    const next = new URLSearchParams(parameters);
    if (value) next.set(key, value);
    else next.delete(key);
    setParameters(next, { replace: true, preventScrollReset: true });
  };

  return (
    <>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-4">
        <div>
          {category && <CategoryPath category={category} />}
          <h1 className="font-display text-3xl">{title}</h1>
          <p role="status" className="mt-1 text-stone-600 dark:text-stone-400">
            {shown
              ? `${shown.totalCount} ${shown.totalCount === 1 ? 'product' : 'products'}`
              : error
                ? ''
                : 'Looking …'}
          </p>
        </div>
        <label className="text-sm">
          Sort by{' '}
          <select
            value={search.sort}
            onChange={(event) => setParameter('sort', event.target.value)}
            className="ml-1 min-h-10 rounded-lg border border-stone-300 bg-white px-2 dark:border-stone-700 dark:bg-stone-900"
          >
            {SORTS.filter(([value]) => search.text || value !== 'RELEVANCE').map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
      </div>
      {category && <CategoryBelow category={category} />}
      <div className={hasFilters ? 'gap-8 lg:grid lg:grid-cols-[15rem_1fr]' : ''}>
        {hasFilters && (
          <>
            <details className="mb-4 rounded-xl border border-stone-200 p-4 lg:hidden dark:border-stone-800">
              <summary className="cursor-pointer font-medium">
                Filter{filterCount > 0 && ` (${filterCount})`}
              </summary>
              <Filters facets={shown?.facets} currency={currency} />
            </details>
            <aside aria-label="Filters" className="hidden lg:block">
              <Filters facets={shown?.facets} currency={currency} />
            </aside>
          </>
        )}
        <section
          aria-label="Products"
          aria-busy={loading}
          className={loading && shown ? 'opacity-60 transition-opacity delay-150' : ''}
        >
          <ChosenFilters facets={shown?.facets} currency={currency} departmentName={departmentName} />
          {error && <ProblemNotice error={error} onRetry={refetch} />}
          {!shown && loading && <ProductGridSkeleton />}
          {shown?.totalCount === 0 && (
            <div className="rounded-2xl border border-dashed border-stone-300 p-10 text-center dark:border-stone-700">
              <p className="font-medium">No products match all of that</p>
              <p className="mt-1 text-stone-600 dark:text-stone-400">Try fewer words or fewer filters.</p>
              <Button look="secondary" className="mt-4" onClick={() => setParameters({})}>
                Show everything
              </Button>
            </div>
          )}
          {shown && (
            <ProductGrid>
              {shown.edges.map(({ node }) => (
                <ProductTile key={node.id} product={node} />
              ))}
            </ProductGrid>
          )}
          {/* Of the list before, the next page is not wanted any more. */}
          {data?.products && (
            <LoadMore
              className="mt-8"
              pageInfo={data.products.pageInfo}
              load={(after) => fetchMore({ variables: { after } })}
            />
          )}
        </section>
      </div>
    </>
  );
}

/** `coffee-and-tea` as "Coffee and tea", until its name has been loaded, or if it cannot be. */
const asTitle = (slug: string): string => slug.charAt(0).toUpperCase() + slug.slice(1).replaceAll('-', ' ');
