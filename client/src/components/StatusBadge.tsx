import type { OrderStatus } from '../generated/schema.js';

export const STATUS_WORDS: Readonly<Record<OrderStatus, string>> = {
  PENDING: 'Awaiting payment',
  PROCESSING: 'Being packed',
  SHIPPED: 'On its way',
  DELIVERED: 'Delivered',
  CANCELLED: 'Cancelled',
};

const LOOKS: Readonly<Record<OrderStatus, string>> = {
  PENDING: 'bg-amber-100 text-amber-900 dark:bg-amber-900/50 dark:text-amber-100',
  PROCESSING: 'bg-sky-100 text-sky-900 dark:bg-sky-900/50 dark:text-sky-100',
  SHIPPED: 'bg-violet-100 text-violet-900 dark:bg-violet-900/50 dark:text-violet-100',
  DELIVERED: 'bg-green-100 text-green-900 dark:bg-green-900/50 dark:text-green-100',
  CANCELLED: 'bg-stone-200 text-stone-800 dark:bg-stone-700 dark:text-stone-100',
};

/** An order's status in a word. */
export function StatusBadge({ status }: { readonly status: OrderStatus }) {
  return (
    <span
      data-status={status}
      className={`inline-block rounded-full px-3 py-1 text-sm font-medium whitespace-nowrap ${LOOKS[status]}`}
    >
      {STATUS_WORDS[status]}
    </span>
  );
}
