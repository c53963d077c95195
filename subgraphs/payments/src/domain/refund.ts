import { formatAmount, type Money } from '@cartograph/money';
import { idempotencyKeyReused } from '@cartograph/kit/idempotency-key';
import { Refusal } from '@cartograph/kit/refusal';
import type { RefundRequest } from './input.js';
import { refundable, type Payment, type Refund } from './payment.js';

/**
 * Makes sure that an earlier refund is the one which is asked for again. An amount left out is that of the earlier one:
 * what was left then is not what is left now.
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
 * How much a new refund gives: what is asked for, or all that is left.
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
      `Nothing of this payment is left to refund: it is ${payment.status}.`,
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
