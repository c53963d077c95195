import type { ComponentProps, ReactNode } from 'react';
import { DiscountRows } from '../../components/DiscountRows.js';
import { Panel } from '../../components/Panel.js';
import { formatPrice, Price } from '../../components/Price.js';
import type { CartPartsFragment } from '../../graphql/CartParts.generated.js';

interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** The items to be ordered, and what has changed about them. */
export function OrderSummary({
  cart,
  discounts,
  total,
  isLoading,
  children,
}: {
  readonly cart: CartPartsFragment;
  readonly discounts: ComponentProps<typeof DiscountRows>['discounts'];
  readonly total: Amount | null;
  /** The total is on its way. */
  readonly isLoading: boolean;
  /** Shown between the items and the total. */
  readonly children: ReactNode;
}) {
  return (
    <Panel>
      <h2 className="mb-2 font-display text-xl">Your order</h2>
      <ul className="divide-y divide-stone-200 dark:divide-stone-800">
        {cart.items.map((item) => (
          <li key={item.productId} className="flex items-center gap-3 py-3">
            <div className="size-14 shrink-0 overflow-hidden rounded-lg bg-stone-100 dark:bg-stone-800">
              {item.product?.imageUrl && (
                <img src={item.product.imageUrl} alt="" className="size-full object-cover" />
              )}
            </div>
            <div className="min-w-0 grow text-sm">
              <p className="font-medium">{item.name}</p>
              <p className="text-stone-600 dark:text-stone-400">
                {item.quantity} × {item.unitPrice ? formatPrice(item.unitPrice) : 'no longer sold'}
              </p>
              {item.priceChanged && (
                <p className="text-amber-800 dark:text-amber-400">
                  was {formatPrice(item.previousUnitPrice)}
                </p>
              )}
              {cart.warnings
                ?.filter(({ productId, code }) => productId === item.productId && code !== 'PRICE_CHANGED')
                .map(({ code, message }) => (
                  <p key={code} className="text-amber-800 dark:text-amber-400">
                    {message}
                  </p>
                ))}
            </div>
            {item.lineTotal && <Price value={item.lineTotal} className="tabular-nums" />}
          </li>
        ))}
      </ul>
      <div className="border-t border-stone-200 pt-4 dark:border-stone-800">{children}</div>
      <DiscountRows discounts={discounts} />
      <p className="mt-2 flex justify-between border-t border-stone-200 pt-4 text-lg font-semibold dark:border-stone-800">
        <span>Total</span>
        {total ? (
          <Price value={total} className="tabular-nums" />
        ) : (
          <span>{isLoading ? '…' : 'unavailable right now'}</span>
        )}
      </p>
      <p className="mt-1 text-sm text-stone-600 dark:text-stone-400">Tax included, free shipping.</p>
    </Panel>
  );
}
