import { useState } from 'react';
import { useCartState } from '../../cart/CartContext.js';
import { Button } from '../../components/Button.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';

const LOW_STOCK = 5;
const MOST_AT_ONCE = 10;

interface BuyBoxProps {
  readonly product: {
    readonly id: string;
    readonly isArchived: boolean;
    readonly availability: { readonly inStock: boolean; readonly quantity: number };
  };
}

/** Whether it can be had, how many, and into the cart. */
export function BuyBox({ product }: BuyBoxProps) {
  const { add, busy, open } = useCartState();
  const [quantity, setQuantity] = useState(1);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>();
  const { inStock, quantity: available } = product.availability;
  const canBuy = inStock && !product.isArchived;
  const isBusy = busy.has(product.id);
  const most = Math.max(1, Math.min(MOST_AT_ONCE, available));
  const buy = async () => {
    setRefusal(null);
    setProblem(undefined);
    try {
      const outcome = await add(product.id, Math.min(quantity, most));
      setRefusal(outcome.refusal);
      if (!outcome.refusal) open();
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <>
      <p className="mt-6 flex items-center gap-2 text-sm font-medium" role="status">
        <Availability {...product} canBuy={canBuy} />
      </p>
      <div className="mt-3 flex gap-3">
        <label className="sr-only" htmlFor="quantity">
          Quantity
        </label>
        <select
          id="quantity"
          value={Math.min(quantity, most)}
          disabled={!canBuy}
          onChange={(event) => setQuantity(Number(event.target.value))}
          className="min-h-12 rounded-lg border border-stone-300 bg-white px-3 dark:border-stone-700 dark:bg-stone-900"
        >
          {Array.from({ length: most }, (_, index) => (
            <option key={index}>{index + 1}</option>
          ))}
        </select>
        <Button
          className="min-h-12 grow sm:max-w-xs"
          disabled={!canBuy}
          isBusy={isBusy}
          onClick={() => void buy()}
        >
          Add to cart
        </Button>
      </div>
      {problem !== undefined && (
        <div className="mt-3">
          <ProblemNotice error={problem} isAction />
        </div>
      )}
      {refusal && (
        <p role="alert" className="mt-3 text-sm text-red-700 dark:text-red-400">
          {refusal}
        </p>
      )}
    </>
  );
}

function Availability(props: BuyBoxProps['product'] & { readonly canBuy: boolean }) {
  const { quantity } = props.availability;
  const [colours, words] = !props.canBuy
    ? (['text-red-700 dark:text-red-400', props.isArchived ? 'No longer sold' : 'Sold out'] as const)
    : quantity <= LOW_STOCK
      ? (['text-amber-800 dark:text-amber-400', `Only ${quantity} left`] as const)
      : (['text-leaf-700 dark:text-green-400', 'In stock'] as const);
  return (
    <>
      <span aria-hidden className={`size-2 rounded-full bg-current ${colours}`} />
      <span className={colours}>{words}</span>
    </>
  );
}
