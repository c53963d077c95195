import { collectRefusals, type RefusalCollector } from '@cartograph/kit/refusal';
import { MoneyError, parseMoney, type CurrencyCode, type Money, type MoneyInput } from '@cartograph/money';

export type MethodKind = 'DELIVERY' | 'PICK_UP';

/** A price and the parcels that have it. */
export interface Rate {
  /** In grams, inclusive; null for any weight. */
  readonly upToWeight: number | null;
  /** The lowest sum of the items, in minor units; null for any. */
  readonly fromMinor: number | null;
  readonly priceMinor: number;
}

/** A way to get an order to its customer. */
export interface Method {
  readonly id: string;
  readonly zoneId: string;
  readonly name: string;
  readonly kind: MethodKind;
  readonly rates: readonly Rate[];
  /** The sum of the items, in minor units, from which it is free; null for never. */
  readonly freeFromMinor: number | null;
  /** Of every amount of this method. */
  readonly currency: CurrencyCode;
  readonly estimatedDays: number;
  readonly isActive: boolean;
  readonly version: number;
  readonly createdAt: Date;
}

/** What is sent. */
export interface Parcel {
  /** In grams. */
  readonly weight: number;
  /** The sum of the items, before discounts. */
  readonly subtotal: Money;
}

export const MAX_RATES = 50;
const MAX_WEIGHT = 100_000_000;

/** What a method costs for a parcel; undefined if it does not take the parcel. */
export function priceOf(method: Method, { weight, subtotal }: Parcel): Money | undefined {
  if (!method.isActive || method.currency !== subtotal.currency) return undefined;
  const fitting = method.rates.filter(
    ({ upToWeight, fromMinor }) =>
      (upToWeight === null || weight <= upToWeight) && (fromMinor === null || subtotal.minor >= fromMinor),
  );
  if (fitting.length === 0) return undefined;
  const isFree = method.freeFromMinor !== null && subtotal.minor >= method.freeFromMinor;
  return {
    minor: isFree ? 0 : Math.min(...fitting.map(({ priceMinor }) => priceMinor)),
    currency: method.currency,
  };
}

type Given<T> = T | null | undefined;

export interface RateInput {
  readonly upToWeight?: Given<number>;
  readonly fromSubtotal?: Given<MoneyInput>;
  readonly price: MoneyInput;
}

export interface MethodInput {
  readonly name: string;
  readonly kind?: Given<MethodKind>;
  readonly rates: readonly RateInput[];
  readonly freeFrom?: Given<MoneyInput>;
  readonly estimatedDays: number;
  readonly isActive?: Given<boolean>;
}

export type MethodTerms = Omit<Method, 'id' | 'zoneId' | 'version' | 'createdAt'>;

/** @throws Refusal INVALID_INPUT or CURRENCY_MISMATCH naming every invalid field */
export function readMethod(input: MethodInput, currency: CurrencyCode): MethodTerms {
  const refusals = collectRefusals<'CURRENCY_MISMATCH'>();
  const { rates, estimatedDays } = input;
  const terms: MethodTerms = {
    name: refusals.text(['name'], 'The name', input.name, { max: 100, isRequired: true }),
    kind: input.kind ?? 'DELIVERY',
    rates: rates.slice(0, MAX_RATES).map((rate, index) => readRate(refusals, rate, index, currency)),
    freeFromMinor: readMinor(refusals, ['freeFrom'], input.freeFrom, currency),
    currency,
    estimatedDays,
    isActive: input.isActive ?? true,
  };
  if (rates.length === 0 || rates.length > MAX_RATES)
    refusals.add(['rates'], `A method needs 1 to ${MAX_RATES} rates, got ${rates.length}.`);
  if (estimatedDays < 0 || estimatedDays > 365)
    refusals.add(['estimatedDays'], `The delivery time must be 0 to 365 days, got ${estimatedDays}.`);
  refusals.throwIfAny();
  return terms;
}

type Refusals = RefusalCollector<'CURRENCY_MISMATCH' | 'INVALID_INPUT'>;

function readRate(refusals: Refusals, rate: RateInput, index: number, currency: CurrencyCode): Rate {
  const field = ['rates', String(index)];
  const upToWeight = rate.upToWeight ?? null;
  if (upToWeight !== null && (upToWeight < 1 || upToWeight > MAX_WEIGHT))
    refusals.add(
      [...field, 'upToWeight'],
      `The weight must be 1 to ${MAX_WEIGHT.toLocaleString('en')} grams, got ${upToWeight}.`,
    );
  return {
    upToWeight,
    fromMinor: readMinor(refusals, [...field, 'fromSubtotal'], rate.fromSubtotal, currency),
    priceMinor: readMinor(refusals, [...field, 'price'], rate.price, currency) ?? 0,
  };
}

/** An amount of zero or more in the shop's currency, in minor units. */
function readMinor(
  refusals: Refusals,
  field: readonly string[],
  given: Given<MoneyInput>,
  currency: CurrencyCode,
): number | null {
  if (!given) return null;
  if (given.currency !== currency) {
    refusals.add(
      [...field, 'currency'],
      `Amounts must be in ${currency}, the shop's currency; got ${given.currency}.`,
      'CURRENCY_MISMATCH',
    );
    return null;
  }
  try {
    const { minor } = parseMoney(given);
    if (minor < 0)
      refusals.add([...field, 'amount'], `The amount must be zero or more, got ${given.amount}.`);
    return minor;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    refusals.add([...field, 'amount'], error.message);
    return null;
  }
}
