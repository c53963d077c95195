import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { useCartState } from '../../cart/CartContext.js';
import { Button } from '../../components/Button.js';
import { Price } from '../../components/Price.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { Skeleton } from '../../components/Skeleton.js';
import { usePageTitle } from '../../lib/page-title.js';
import { useProductQuery } from './Product.generated.js';

export function ProductPage() {
  const { sku = '' } = useParams();
  const { data, loading, error, refetch } = useProductQuery({
    variables: { sku },
    fetchPolicy: 'cache-and-network',
  });
  const { add, busy, open } = useCartState();
  const [quantity, setQuantity] = useState(1);
  const [refusal, setRefusal] = useState<string | null>(null);
  const product = data?.productBySku;
  usePageTitle(product?.name);

  if (error && !product) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!product) {
    return loading ? (
      <div className="grid gap-8 md:grid-cols-2">
        <Skeleton className="aspect-square" />
        <div className="space-y-4">
          <Skeleton className="h-10 w-2/3" />
          <Skeleton className="h-6 w-1/3" />
          <Skeleton className="h-32" />
        </div>
      </div>
    ) : (
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

  const { inStock, quantity: available } = product.availability;
  const canBuy = inStock && !product.isArchived;
  const buy = async () => {
    setRefusal(null);
    try {
      const outcome = await add(product.id, quantity);
      setRefusal(outcome.refusal);
      if (!outcome.refusal) open();
    } catch {
      setRefusal('That did not reach us; nothing was added. Please try again.');
    }
  };
  return (
    <>
      <nav aria-label="Breadcrumb" className="mb-4 text-sm text-stone-600 dark:text-stone-400">
        <Link to="/products" className="hover:underline">
          Everything
        </Link>{' '}
        /{' '}
        <Link to={`/products?category=${product.category.slug}`} className="hover:underline">
          {product.category.name}
        </Link>
      </nav>
      <div className="grid gap-8 md:grid-cols-2">
        <div className="aspect-square overflow-hidden rounded-3xl bg-stone-100 dark:bg-stone-800">
          {product.imageUrl && (
            <img src={product.imageUrl} alt={product.name} className="size-full object-cover" />
          )}
        </div>
        <div>
          <h1 className="font-display text-3xl sm:text-4xl">{product.title}</h1>
          <p className="mt-3 text-2xl font-semibold">
            <Price value={product.price} />
          </p>
          <p className="mt-5 max-w-prose leading-relaxed">{product.description}</p>

          {product.variants.length > 1 && (
            <div className="mt-6">
              <h2 className="mb-2 text-sm font-semibold">Choose a variant</h2>
              <ul className="flex flex-wrap gap-2">
                {product.variants.map((variant) => {
                  const label =
                    variant.name.replace(product.title, '').replace(/^[\s,–-]+/, '') || variant.name;
                  const isChosen = variant.id === product.id;
                  return (
                    <li key={variant.id}>
                      <Link
                        to={`/products/${variant.sku}`}
                        replace
                        preventScrollReset
                        aria-current={isChosen ? 'true' : undefined}
                        className={`inline-flex min-h-10 items-center rounded-lg border px-3 text-sm ${isChosen ? 'border-leaf-700 bg-leaf-50 font-medium text-leaf-800' : 'border-stone-300 dark:border-stone-700'} ${variant.availability.inStock ? '' : 'line-through opacity-70'}`}
                      >
                        {label}
                      </Link>
                    </li>
                  );
                })}
              </ul>
            </div>
          )}

          <p className="mt-6 text-sm" role="status">
            {canBuy ? (
              available <= 5 ? (
                <span className="font-medium text-amber-800 dark:text-amber-400">Only {available} left</span>
              ) : (
                <span className="text-leaf-700 dark:text-green-400">In stock</span>
              )
            ) : (
              <span className="font-medium text-red-700 dark:text-red-400">
                {product.isArchived ? 'No longer sold' : 'Sold out'}
              </span>
            )}
          </p>
          <div className="mt-3 flex gap-3">
            <label className="sr-only" htmlFor="quantity">
              Quantity
            </label>
            <select
              id="quantity"
              value={quantity}
              disabled={!canBuy}
              onChange={(event) => setQuantity(Number(event.target.value))}
              className="min-h-11 rounded-lg border border-stone-300 bg-white px-3 dark:border-stone-700 dark:bg-stone-900"
            >
              {Array.from({ length: Math.max(1, Math.min(10, available)) }, (_, index) => (
                <option key={index}>{index + 1}</option>
              ))}
            </select>
            <Button
              className="grow sm:max-w-xs"
              disabled={!canBuy}
              isBusy={busy.has(product.id)}
              onClick={() => void buy()}
            >
              Add to cart
            </Button>
          </div>
          {refusal && (
            <p role="alert" className="mt-3 text-sm text-red-700 dark:text-red-400">
              {refusal}
            </p>
          )}

          {product.attributes.length > 0 && (
            <dl className="mt-8 divide-y divide-stone-200 border-y border-stone-200 text-sm dark:divide-stone-800 dark:border-stone-800">
              {product.attributes.map(({ name, label, value, unit }) => (
                <div key={name} className="flex justify-between gap-4 py-2">
                  <dt className="text-stone-600 dark:text-stone-400">{label}</dt>
                  <dd className="text-right">
                    {value}
                    {unit && ` ${unit}`}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
      </div>
    </>
  );
}
