import { formatPrice } from './Price.js';

interface Discount {
  readonly code: string;
  readonly label: string;
  readonly amount: { readonly amount: string; readonly currency: string };
}

/** What coupons take off, as rows above a total. */
export function DiscountRows({ discounts }: { readonly discounts: readonly Discount[] }) {
  return discounts.map(({ code, label, amount }) => (
    <p key={code} className="mt-2 flex justify-between text-sm">
      <span>
        {label} ({code})
      </span>
      <span className="tabular-nums">{formatPrice({ ...amount, amount: `-${amount.amount}` })}</span>
    </p>
  ));
}
