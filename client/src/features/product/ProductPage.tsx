import { Fragment } from 'react';
import { Link, useParams } from 'react-router';
import { Price } from '../../components/Price.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { Skeleton } from '../../components/Skeleton.js';
import { attributeText } from '../../lib/attribute-text.js';
import { usePageTitle } from '../../lib/page-title.js';
import { BuyBox } from './BuyBox.js';
import { MoreProducts } from './MoreProducts.js';
import { useProductQuery, type ProductQuery } from './Product.generated.js';
import { listOptions } from './variant-options.js';
import { VariantPicker } from './VariantPicker.js';

type Product = NonNullable<ProductQuery['productBySku']>;

export function ProductPage() {
  const { sku = '' } = useParams();
  const { data, previousData, loading, error, refetch } = useProductQuery({
    variables: { sku },
    fetchPolicy: 'cache-and-network',
  });
  // Of a variant that was chosen, the one before stays until it is here: the page does not jump.
  const before = previousData?.productBySku;
  const isSibling = loading && before?.variants.some((variant) => variant.sku === sku);
  const product = data?.productBySku ?? (isSibling ? before : undefined);
  usePageTitle(product?.name);

  if (error && !product) return <ProblemNotice error={error} onRetry={refetch} />;
  if (product) return <LoadedProduct product={product} />;
  return loading ? <ProductSkeleton /> : <NoSuchProduct />;
}

function LoadedProduct({ product }: { readonly product: Product }) {
  const options = listOptions(product, product.variants, product.page.options);
  return (
    <>
      <nav
        aria-label="Breadcrumb"
        className="mb-4 flex flex-wrap gap-x-2 text-sm text-stone-600 dark:text-stone-400"
      >
        <Link to="/products" className="hover:underline">
          Everything
        </Link>
        {product.category.path.map(({ id, slug, name }) => (
          <Fragment key={id}>
            <span aria-hidden>/</span>
            <Link to={`/products?category=${slug}`} className="hover:underline">
              {name}
            </Link>
          </Fragment>
        ))}
      </nav>
      <div className="grid gap-8 md:grid-cols-2 lg:gap-14">
        <div className="aspect-square overflow-hidden rounded-3xl bg-stone-100 md:sticky md:top-24 md:self-start dark:bg-stone-800">
          {product.imageUrl && (
            <img src={product.imageUrl} alt={product.name} className="size-full object-cover" />
          )}
        </div>
        <div>
          <h1 className="font-display text-3xl text-balance sm:text-4xl">{product.title}</h1>
          <p className="mt-3 text-2xl font-semibold tabular-nums">
            <Price value={product.price} />
          </p>
          <p className="mt-5 max-w-prose leading-relaxed whitespace-pre-line">{product.description}</p>
          {product.variants.length > 1 && <VariantPicker options={options} />}
          <BuyBox key={product.id} product={product} />
          {product.attributes.length > 0 && (
            <dl
              aria-label="Properties"
              className="mt-8 divide-y divide-stone-200 border-y border-stone-200 text-sm dark:divide-stone-800 dark:border-stone-800"
            >
              {product.attributes.map(({ name, label, value, unit }) => (
                <div key={name} className="flex justify-between gap-4 py-2.5">
                  <dt className="text-stone-600 dark:text-stone-400">{label}</dt>
                  <dd className="text-right">{attributeText(value, unit)}</dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
      <MoreProducts category={product.category} title={product.title} />
    </>
  );
}

function ProductSkeleton() {
  return (
    <div className="grid gap-8 md:grid-cols-2">
      <Skeleton className="aspect-square" />
      <div className="space-y-4">
        <Skeleton className="h-10 w-2/3" />
        <Skeleton className="h-6 w-1/3" />
        <Skeleton className="h-32" />
      </div>
    </div>
  );
}

function NoSuchProduct() {
  return (
    <div className="py-20 text-center">
      <h1 className="font-display text-3xl">We do not have this</h1>
      <p className="mt-2 text-stone-600 dark:text-stone-400">
        It may have been renamed or taken out of the shop.
      </p>
      <Link to="/products" className="mt-4 inline-block underline">
        See everything we have
      </Link>
    </div>
  );
}
