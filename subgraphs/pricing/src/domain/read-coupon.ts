import { collectRefusals } from '@cartograph/kit/refusal';
import { MoneyError, parseMoney, type Money, type MoneyInput } from '@cartograph/money';
import { readCode, type Coupon } from './coupon.js';

type Given<T> = T | null | undefined;

export interface CouponInput {
  readonly code: string;
  readonly label: string;
  readonly percent?: Given<number>;
  readonly amount?: Given<MoneyInput>;
  readonly minimumSubtotal?: Given<MoneyInput>;
  readonly startsAt?: Given<Date>;
  readonly endsAt?: Given<Date>;
  readonly usageLimit?: Given<number>;
  readonly usageLimitPerCustomer?: Given<number>;
}

export type CouponTerms = Omit<Coupon, 'id' | 'timesRedeemed' | 'isActive' | 'createdAt'>;

/** @throws Refusal INVALID_INPUT naming every invalid field */
export function readCoupon(input: CouponInput): CouponTerms {
  const refusals = collectRefusals();
  const { percent = null, startsAt = null, endsAt = null } = input;

  function readMoney(field: 'amount' | 'minimumSubtotal', least: number): Money | null {
    const given = input[field];
    if (!given) return null;
    try {
      const money = parseMoney(given);
      if (money.minor >= least) return money;
      refusals.add(
        [field, 'amount'],
        `The amount must be ${least === 0 ? 'zero or more' : 'above zero'}, got ${given.amount}.`,
      );
    } catch (error) {
      if (!(error instanceof MoneyError)) throw error;
      refusals.add([field, 'amount'], error.message);
    }
    return null;
  }

  function readLimit(field: 'usageLimit' | 'usageLimitPerCustomer'): number | null {
    const given = input[field] ?? null;
    if (given !== null && given < 1) refusals.add([field], `The limit must be 1 or more, got ${given}.`);
    return given;
  }

  const code = readCode(input.code);
  if (code === undefined)
    refusals.add(['code'], 'The code must be 1 to 40 letters from A to Z, digits, hyphens and underscores.');
  const label = refusals.text(['label'], 'The label', input.label, { max: 100, isRequired: true });
  const amount = readMoney('amount', 1);
  const minimum = readMoney('minimumSubtotal', 0);
  if ((percent === null) === (input.amount == null))
    refusals.add(['percent'], 'Set exactly one of percent and amount.');
  if (percent !== null && (percent < 1 || percent > 99))
    refusals.add(['percent'], `The percentage must be from 1 to 99, got ${percent}.`);
  if (amount && minimum && amount.currency !== minimum.currency)
    refusals.add(['minimumSubtotal', 'currency'], `Expected ${amount.currency}, the currency of the amount.`);
  if (startsAt && endsAt && endsAt <= startsAt)
    refusals.add(['endsAt'], 'The coupon must end after it starts.');
  const usageLimit = readLimit('usageLimit');
  const usageLimitPerCustomer = readLimit('usageLimitPerCustomer');
  refusals.throwIfAny();
  return {
    code: code!,
    label,
    percent,
    amountMinor: amount?.minor ?? null,
    minimumMinor: minimum?.minor ?? null,
    currency: amount?.currency ?? minimum?.currency ?? null,
    startsAt,
    endsAt,
    usageLimit,
    usageLimitPerCustomer,
  };
}
