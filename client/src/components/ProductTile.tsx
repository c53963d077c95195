import { Link } from 'react-router';
import type { ProductCardFragment } from '../graphql/ProductCard.generated.js';
import { Price } from './Price.js';
import { productPath } from '../lib/product-path.js';

/** A product in a list. */
export function ProductTile({ product }: { readonly product: ProductCardFragment }) {
  const { availability, variants } = product;
  return (
    <Link
      to={productPath(product.sku)}
      className="group flex flex-col overflow-hidden rounded-2xl border border-stone-200 bg-white transition-shadow hover:shadow-lg dark:border-stone-800 dark:bg-stone-900"
    >
      <div className="aspect-square overflow-hidden bg-stone-100 dark:bg-stone-800">
        {product.imageUrl && (
          <img
            src={product.imageUrl}
            alt=""
            loading="lazy"
            className="size-full object-cover transition-transform duration-300 group-hover:scale-105"
          />
        )}
      </div>
      <div className="flex grow flex-col gap-1 p-4">
        <h3 className="font-medium leading-snug">{product.title}</h3>
        {variants.length > 1 && (
          <p className="text-sm text-stone-600 dark:text-stone-400">{variants.length} variants</p>
        )}
        <p className="mt-auto flex items-baseline justify-between pt-2">
          <span>
            {variants.some(({ price }) => price.amount !== product.price.amount) && (
              <span className="text-sm text-stone-600 dark:text-stone-400">from </span>
            )}
            <Price value={product.price} className="font-semibold" />
          </span>
          {!availability.inStock ? (
            <span className="text-sm text-red-700 dark:text-red-400">Sold out</span>
          ) : (
            availability.quantity <= 5 && (
              <span className="text-sm text-amber-800 dark:text-amber-400">
                Only {availability.quantity} left
              </span>
            )
          )}
        </p>
      </div>
    </Link>
  );
}
