import { MoneyError, parseMoney, type Money, type MoneyInput } from '@cartograph/money';
import { idempotencyKeyFault, Refusal, type UserErrorOutput } from '@cartograph/kit';
import { readText } from '@cartograph/kit/text';

const MAX_TOKEN = 200;
const MAX_REASON = 500;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

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

/** A refund that is asked for, its every field read. */
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
  if (token !== null && (token.length < 1 || token.length > MAX_TOKEN || CONTROL.test(token))) {
    throw new Refusal('INVALID_INPUT', `A payment token has 1 to ${MAX_TOKEN} printable characters.`, [
      'paymentToken',
    ]);
  }
  return token;
}

/** @throws Refusal naming every faulty field at once */
export function readRefundInput(input: RefundInput): RefundRequest {
  const errors: UserErrorOutput[] = [];
  const refuse = (field: string[], message: string) => errors.push({ code: 'INVALID_INPUT', message, field });
  let amount: Money | null = null;
  try {
    if (input.amount) amount = parseMoney(input.amount);
    if (amount && amount.minor <= 0)
      refuse(['amount', 'amount'], `A refund must be more than 0, got ${input.amount?.amount}.`);
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    refuse(['amount', 'amount'], error.message);
  }
  const reason = readText(input.reason, { max: MAX_REASON, allowsLines: true });
  if ('fault' in reason) refuse(['reason'], `The reason ${reason.fault}.`);
  const idempotencyKey = input.idempotencyKey ?? null;
  const keyFault = idempotencyKey === null ? undefined : idempotencyKeyFault(idempotencyKey);
  if (keyFault) refuse(['idempotencyKey'], keyFault);
  if ('fault' in reason || errors.length > 0) throw new Refusal(errors);
  return { amount, reason: reason.value, idempotencyKey };
}
