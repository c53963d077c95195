import { formatAmount, type Money } from '@cartograph/money';
import { idempotencyKeyReused } from '@cartograph/kit/idempotency-key';
import { Refusal } from '@cartograph/kit/refusal';
import type { RefundRequest } from './input.js';
import { refundable, type Payment, type Refund } from './payment.js';

/** Why the money of a cancelled order is refunded; customers read it. */
export const ORDER_CANCELLED = 'The order was cancelled.';

/**
 * Checks that a repeated request is for the same refund as the earlier one. A missing amount means the earlier one's: what
 * was left then is not what is left now.
 * @throws Refusal IDEMPOTENCY_KEY_REUSED
 */
export function checkRepeat(
  earlier: Pick<Refund, 'amount' | 'reason'>,
  { amount, reason }: Pick<RefundRequest, 'amount' | 'reason'>,
): void {
  const isSameAmount =
    !amount || (amount.minor === earlier.amount.minor && amount.currency === earlier.amount.currency);
  if (isSameAmount && reason === earlier.reason) return;
  throw idempotencyKeyReused();
}

/**
 * The amount of a new refund: the requested one, or all that is left.
 * @throws Refusal CURRENCY_MISMATCH, PAYMENT_NOT_REFUNDABLE, REFUND_EXCEEDS_PAYMENT
 */
export function amountToRefund(
  payment: Pick<Payment, 'status' | 'amount'>,
  refunds: readonly Pick<Refund, 'amount'>[],
  asked: Money | null,
): Money {
  const left = refundable(payment, refunds);
  if (asked && asked.currency !== left.currency) {
    throw new Refusal('CURRENCY_MISMATCH', `This payment is in ${left.currency}, not ${asked.currency}.`, [
      'amount',
      'currency',
    ]);
  }
  if (left.minor <= 0) {
    throw new Refusal(
      'PAYMENT_NOT_REFUNDABLE',
      `This payment has nothing left to refund: it is ${payment.status}.`,
      ['paymentId'],
    );
  }
  if (asked && asked.minor > left.minor) {
    throw new Refusal(
      'REFUND_EXCEEDS_PAYMENT',
      `At most ${formatAmount(left)} ${left.currency} can still be refunded.`,
      ['amount', 'amount'],
    );
  }
  return asked ?? left;
}
