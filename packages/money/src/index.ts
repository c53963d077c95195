/**
 * ISO 4217 currencies the shop can price in, with the number of decimals of their minor unit.
 * The GraphQL enum `CurrencyCode` lists the same codes; a test compares them.
 */
export const CURRENCY_DECIMALS = {
  CHF: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  JPY: 0,
  NOK: 2,
  PLN: 2,
  SEK: 2,
  USD: 2,
} as const;

export type CurrencyCode = keyof typeof CURRENCY_DECIMALS;

/** An amount in integer minor units (cents, pence, yen) of one currency. */
export interface Money {
  readonly minor: number;
  readonly currency: CurrencyCode;
}

/** As GraphQL carries it: `amount` is a decimal string in major units, e.g. `"12.50"`. */
export interface MoneyInput {
  readonly amount: string;
  readonly currency: CurrencyCode;
}

export type MoneyErrorCode =
  'MALFORMED_AMOUNT' | 'TOO_MANY_DECIMALS' | 'AMOUNT_OUT_OF_RANGE' | 'CURRENCY_MISMATCH';

export class MoneyError extends Error {
  override readonly name = 'MoneyError';
  constructor(
    readonly code: MoneyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** The largest amount in minor units: leaves room to multiply a price by a quantity without losing integers. */
export const MAX_MINOR = 1_000_000_000_00;

const DECIMAL = /^(-)?(\d{1,15})(?:\.(\d{1,15}))?$/;

/**
 * Reads a decimal string in major units.
 * @throws MoneyError if it is no decimal, has more decimals than the currency or exceeds {@link MAX_MINOR}.
 */
export function parseMoney({ amount, currency }: MoneyInput): Money {
  const match = DECIMAL.exec(amount);
  if (!match)
    throw new MoneyError(
      'MALFORMED_AMOUNT',
      `Expected a decimal like "12.50", got "${amount.slice(0, 40)}".`,
    );
  const decimals = CURRENCY_DECIMALS[currency];
  const [, sign, whole = '0', fraction = ''] = match;
  if (/[1-9]/.test(fraction.slice(decimals))) {
    throw new MoneyError('TOO_MANY_DECIMALS', `${currency} has ${decimals} decimals; got "${amount}".`);
  }
  const minor = Number(whole) * 10 ** decimals + Number(fraction.slice(0, decimals).padEnd(decimals, '0'));
  if (minor > MAX_MINOR)
    throw new MoneyError('AMOUNT_OUT_OF_RANGE', `"${amount}" ${currency} is more than can be handled.`);
  return { minor: sign && minor !== 0 ? -minor : minor, currency };
}

/** The decimal string of an amount, always with all decimals of its currency: `1250` EUR is `"12.50"`. */
export function formatAmount({ minor, currency }: Money): string {
  const decimals = CURRENCY_DECIMALS[currency];
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return minor < 0 ? `-${text}` : text;
}

/** As GraphQL's `Money` type. */
export function toMoneyOutput(money: Money): { amount: string; currency: CurrencyCode } {
  return { amount: formatAmount(money), currency: money.currency };
}

/** The only place where an amount is rounded: to whole minor units, halves away from zero. */
export function roundMinor(value: number): number {
  return Math.sign(value) * Math.round(Math.abs(value));
}

/** @throws MoneyError if the currencies differ. */
export function addMoney(left: Money, right: Money): Money {
  if (left.currency !== right.currency) {
    throw new MoneyError('CURRENCY_MISMATCH', `Cannot add ${right.currency} to ${left.currency}.`);
  }
  return { minor: left.minor + right.minor, currency: left.currency };
}

/** `factor` may be a fraction (a tax rate, a share); the result is rounded by {@link roundMinor}. */
export function multiplyMoney(money: Money, factor: number): Money {
  return { minor: roundMinor(money.minor * factor), currency: money.currency };
}

/** The sum of amounts in one currency; `undefined` of nothing, since nothing has no currency. */
export function sumMoney(amounts: readonly Money[]): Money | undefined {
  const [first, ...rest] = amounts;
  return first && rest.reduce(addMoney, first);
}

export function isCurrencyCode(value: string): value is CurrencyCode {
  return Object.hasOwn(CURRENCY_DECIMALS, value);
}
