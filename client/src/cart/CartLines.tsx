import { Link } from 'react-router';
import { formatPrice, Price } from '../components/Price.js';
import { ProblemNotice } from '../components/ProblemNotice.js';
import { useCartState } from './CartContext.js';
import { useOutcomes } from './use-outcomes.js';
import { productPath } from '../lib/product-path.js';

/** The lines of the cart, with what has changed since they were added. */
export function CartLines({ onLeave }: { readonly onLeave?: () => void }) {
  const { cart, busy, setQuantity, remove, saveForLater } = useCartState();
  const { failures, follow } = useOutcomes();
  if (!cart) return null;
  return (
    <ul className="divide-y divide-stone-200 dark:divide-stone-800">
      {cart.items.map((item) => {
        const failure = failures[item.productId];
        const note =
          failure?.refusal ?? cart.warnings?.find(({ productId }) => productId === item.productId)?.message;
        return (
          <li key={item.productId} className="flex gap-4 py-4" aria-busy={busy.has(item.productId)}>
            <div className="size-20 shrink-0 overflow-hidden rounded-lg bg-stone-100 dark:bg-stone-800">
              {item.product?.imageUrl && (
                <img src={item.product.imageUrl} alt="" className="size-full object-cover" />
              )}
            </div>
            <div className="min-w-0 grow">
              <div className="flex justify-between gap-3">
                {item.product ? (
                  <Link
                    to={productPath(item.product.sku)}
                    className="font-medium hover:underline"
                    {...(onLeave && { onClick: onLeave })}
                  >
                    {item.name}
                  </Link>
                ) : (
                  <span className="font-medium">{item.name}</span>
                )}
                {item.lineTotal && (
                  <Price value={item.lineTotal} className="whitespace-nowrap tabular-nums" />
                )}
              </div>
              {item.priceChanged && item.unitPrice && (
                <p className="text-sm text-amber-800 dark:text-amber-400">
                  Now {formatPrice(item.unitPrice)}, was {formatPrice(item.previousUnitPrice)}
                </p>
              )}
              <p role="status" className="text-sm text-amber-800 dark:text-amber-400">
                {note}
              </p>
              {failure?.problem !== undefined && (
                <div className="mt-2">
                  <ProblemNotice error={failure.problem} isAction />
                </div>
              )}
              <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
                <div className="inline-flex items-center rounded-lg border border-stone-300 dark:border-stone-700">
                  <button
                    type="button"
                    aria-label={`One ${item.name} less`}
                    disabled={item.quantity <= 1}
                    onClick={() =>
                      void follow(item.productId, setQuantity(item.productId, item.quantity - 1))
                    }
                    className="size-10 disabled:opacity-40"
                  >
                    −
                  </button>
                  <span className="w-8 text-center tabular-nums" aria-label="Quantity">
                    {item.quantity}
                  </span>
                  <button
                    type="button"
                    aria-label={`One ${item.name} more`}
                    onClick={() =>
                      void follow(item.productId, setQuantity(item.productId, item.quantity + 1))
                    }
                    className="size-10"
                  >
                    +
                  </button>
                </div>
                <button
                  type="button"
                  aria-label={`Remove ${item.name}`}
                  onClick={() => void follow(item.productId, remove(item.productId))}
                  className="min-h-10 text-sm text-stone-600 underline hover:text-stone-900 dark:text-stone-400 dark:hover:text-white"
                >
                  Remove
                </button>
                <button
                  type="button"
                  aria-label={`Save for later: ${item.name}`}
                  onClick={() => void follow(item.productId, saveForLater(item.productId))}
                  className="min-h-10 text-sm text-stone-600 underline hover:text-stone-900 dark:text-stone-400 dark:hover:text-white"
                >
                  Save for later
                </button>
              </div>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
