import type { Money } from '@cartograph/money';
import type { Order } from './order.js';

/** What other services know of an order. */
export interface Counterparts {
  readonly payment:
    | {
        readonly status: 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'REFUNDED';
        readonly amount: Money;
      }
    | undefined;
  /** Undefined if no stock was ever reserved. */
  readonly stock: 'CHANGING' | 'RESERVED' | 'RELEASED' | 'SOLD' | undefined;
}

/** Each kind of difference between an order and its payment or its stock, and what it means. */
export const DIFFERENCES = {
  NOT_PAID: 'goes on but is not paid',
  WRONG_AMOUNT: 'was paid with another amount than its total',
  PAYMENT_NOT_APPLIED: 'is paid but still waits for its payment',
  NOT_REFUNDED: 'is cancelled but its payment was not refunded',
  STOCK_NOT_RESERVED: 'is being packed without reserved stock',
  STOCK_NOT_SOLD: 'was shipped but its stock was not sold',
  STOCK_NOT_RELEASED: 'is cancelled but its stock was not released',
} as const;

export type Difference = keyof typeof DIFFERENCES;

const sameMoney = (left: Money, right: Money) =>
  left.minor === right.minor && left.currency === right.currency;

/** How an order differs from its payment and its stock. An order that has just changed may differ for a moment. */
export function differencesOf(
  { status, total }: Pick<Order, 'status' | 'total'>,
  { payment, stock }: Counterparts,
): Difference[] {
  const differences: Difference[] = [];
  const isPaid = payment?.status === 'SUCCEEDED';
  const goesOn = status === 'PROCESSING' || status === 'SHIPPED' || status === 'DELIVERED';
  // A payment may be refunded while the order goes on.
  if (goesOn && !isPaid && payment?.status !== 'REFUNDED') differences.push('NOT_PAID');
  if (goesOn && isPaid && !sameMoney(payment.amount, total)) differences.push('WRONG_AMOUNT');
  if (status === 'PENDING' && isPaid) differences.push('PAYMENT_NOT_APPLIED');
  if (status === 'CANCELLED' && isPaid) differences.push('NOT_REFUNDED');
  if (status === 'PROCESSING' && stock !== 'RESERVED') differences.push('STOCK_NOT_RESERVED');
  if ((status === 'SHIPPED' || status === 'DELIVERED') && stock !== 'SOLD')
    differences.push('STOCK_NOT_SOLD');
  if (status === 'CANCELLED' && stock !== undefined && stock !== 'RELEASED')
    differences.push('STOCK_NOT_RELEASED');
  return differences;
}
