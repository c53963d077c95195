import { collectRefusals, Refusal } from '@cartograph/kit/refusal';
import { idempotencyKeyFault } from '@cartograph/kit/idempotency-key';
import { paymentTokenFault } from '@cartograph/kit/payment-token';
import { MoneyError, parseMoney, type Money, type MoneyInput } from '@cartograph/money';

const MAX_REASON = 500;

export interface RetryInput {
  readonly paymentId: string;
  readonly paymentToken?: string | null | undefined;
}

export interface RefundInput {
  readonly paymentId: string;
  readonly amount?: MoneyInput | null | undefined;
  readonly reason?: string | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** A request for a refund, after every field was read. */
export interface RefundRequest {
  /** Null: all that is left. */
  readonly amount: Money | null;
  readonly reason: string | null;
  readonly idempotencyKey: string | null;
}

/**
 * Reads the token of a means of payment; null if none is given.
 * @throws Refusal INVALID_INPUT
 */
export function readPaymentToken({ paymentToken }: RetryInput): string | null {
  const token = paymentToken ?? null;
  const fault = token === null ? undefined : paymentTokenFault(token);
  if (fault) throw new Refusal('INVALID_INPUT', fault, ['paymentToken']);
  return token;
}

/** @throws Refusal naming every faulty field at once */
export function readRefundInput(input: RefundInput): RefundRequest {
  const refusals = collectRefusals();
  const amount = readAmount(input.amount ?? null, (message) => refusals.add(['amount', 'amount'], message));
  const reason = refusals.text(['reason'], 'The reason', input.reason, {
    max: MAX_REASON,
    allowsLines: true,
  });
  const idempotencyKey = input.idempotencyKey ?? null;
  const keyFault = idempotencyKey === null ? undefined : idempotencyKeyFault(idempotencyKey);
  if (keyFault) refusals.add(['idempotencyKey'], keyFault);
  refusals.throwIfAny();
  return { amount, reason, idempotencyKey };
}

function readAmount(given: MoneyInput | null, refuse: (message: string) => void): Money | null {
  if (!given) return null;
  try {
    const amount = parseMoney(given);
    if (amount.minor <= 0) refuse(`A refund must be more than 0, got ${given.amount}.`);
    return amount;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    refuse(error.message);
    return null;
  }
}
