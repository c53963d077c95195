import { ProblemNotice } from '../components/ProblemNotice.js';
import { useCartState } from './CartContext.js';
import { useOutcomes } from './use-outcomes.js';

const LINK =
  'min-h-10 px-2 text-sm text-stone-600 underline hover:text-stone-900 dark:text-stone-400 dark:hover:text-white';

/** Products saved for later, which are not part of the order. */
export function SavedItems() {
  const { cart, busy, moveToCart, removeSaved } = useCartState();
  const { failures, follow } = useOutcomes();
  if (!cart || cart.savedForLater.length === 0) return null;
  return (
    <section
      aria-label="Saved for later"
      className="mt-4 border-t border-stone-200 py-4 dark:border-stone-800"
    >
      <h3 className="font-semibold">Saved for later</h3>
      <ul>
        {cart.savedForLater.map((item) => (
          <li
            key={item.productId}
            className="flex flex-wrap items-center gap-3 py-2"
            aria-busy={busy.has(item.productId)}
          >
            <div className="size-12 shrink-0 overflow-hidden rounded-lg bg-stone-100 dark:bg-stone-800">
              {item.product?.imageUrl && (
                <img src={item.product.imageUrl} alt="" className="size-full object-cover" />
              )}
            </div>
            <span className="min-w-0 grow text-sm">
              {item.name}
              {item.quantity > 1 && ` × ${item.quantity}`}
            </span>
            <button
              type="button"
              aria-label={`Put ${item.name} into the cart`}
              onClick={() => void follow(item.productId, moveToCart(item.productId))}
              className={LINK}
            >
              To cart
            </button>
            <button
              type="button"
              aria-label={`Remove ${item.name} from the saved items`}
              onClick={() => void follow(item.productId, removeSaved(item.productId))}
              className={LINK}
            >
              Remove
            </button>
            <p role="status" className="w-full text-sm text-amber-800 empty:hidden dark:text-amber-400">
              {failures[item.productId]?.refusal}
            </p>
            {failures[item.productId]?.problem !== undefined && (
              <ProblemNotice error={failures[item.productId]!.problem} isAction />
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
