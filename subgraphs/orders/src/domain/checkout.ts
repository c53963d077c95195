import { MoneyError, parseMoney, type Money, type MoneyInput } from '@cartograph/money';
import { idempotencyKeyFault, idempotencyKeyReused, Refusal, type UserErrorOutput } from '@cartograph/kit';
import type { Order } from './order.js';
import { readAddress, type Address, type AddressInput } from './address.js';

export interface CheckoutInput {
  readonly idempotencyKey: string;
  readonly cartId?: string | null | undefined;
  readonly expectedTotal?: MoneyInput | null | undefined;
  readonly shippingAddress: AddressInput;
  readonly paymentToken?: string | null | undefined;
}

/** A checkout whose every field was read. */
export interface CheckoutRequest {
  readonly idempotencyKey: string;
  readonly cartId: string | null;
  readonly expectedTotal: Money | null;
  readonly shippingAddress: Address;
  readonly paymentToken: string | null;
}

const TOKEN = /^[\w.:~+/=-]{1,200}$/;

/** @throws Refusal naming every faulty field at once */
export function readCheckoutInput(input: CheckoutInput): CheckoutRequest {
  const errors: UserErrorOutput[] = [];
  const refuse = (field: string, message: string) =>
    errors.push({ code: 'INVALID_INPUT', message, field: [field] });
  const { idempotencyKey } = input;
  const keyFault = idempotencyKeyFault(idempotencyKey);
  if (keyFault) refuse('idempotencyKey', keyFault);
  if (input.cartId != null && !/^[\x21-\x7E]{1,100}$/.test(input.cartId))
    refuse('cartId', 'This is not the id of a cart.');
  if (input.paymentToken != null && !TOKEN.test(input.paymentToken))
    refuse(
      'paymentToken',
      'This is no payment token: expected up to 200 letters, digits and . _ : ~ + / = - characters.',
    );
  let expectedTotal: Money | null = null;
  try {
    expectedTotal = input.expectedTotal ? parseMoney(input.expectedTotal) : null;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    errors.push({ code: 'INVALID_INPUT', message: error.message, field: ['expectedTotal', 'amount'] });
  }
  const shippingAddress = readAddress(input.shippingAddress, ['shippingAddress'], errors);
  if (errors.length > 0 || !shippingAddress) throw new Refusal(errors);
  return {
    idempotencyKey,
    cartId: input.cartId ?? null,
    expectedTotal,
    shippingAddress,
    paymentToken: input.paymentToken ?? null,
  };
}

/** What two requests must share to be the same: everything but the key, in one fixed order. To be hashed. */
export function fingerprint(request: CheckoutRequest): string {
  const { cartId, expectedTotal, shippingAddress: to, paymentToken } = request;
  return JSON.stringify([
    cartId,
    expectedTotal && [expectedTotal.minor, expectedTotal.currency],
    [to.name, to.line1, to.line2, to.city, to.region, to.postalCode, to.country],
    paymentToken,
  ]);
}

/**
 * Progress of a checkout, stored before each step:
 *
 * - `RESERVING`: the order is written down, its stock is being reserved. Standing still, it is taken up again.
 * - `COMPENSATING`: given up; what may be reserved is being released, then order and key vanish.
 * - `PLACED`: done. The key now stands for the order.
 */
export type CheckoutState = 'RESERVING' | 'COMPENSATING' | 'PLACED';

/** What is stored about an earlier request with the same key. */
export interface KnownCheckout {
  readonly orderId: string;
  readonly inputHash: string;
  readonly state: CheckoutState;
  /** Whether somebody works on it now. */
  readonly isLeased: boolean;
}

/**
 * What a repeated key means.
 * @returns `replay` the order, or `resume` a checkout that was left standing
 * @throws Refusal IDEMPOTENCY_KEY_REUSED or REQUEST_IN_PROGRESS
 */
export function judgeRepeat(known: KnownCheckout, inputHash: string): 'replay' | 'resume' {
  if (known.inputHash !== inputHash) {
    throw idempotencyKeyReused();
  }
  if (known.state === 'PLACED') return 'replay';
  if (known.state === 'RESERVING' && !known.isLeased) return 'resume';
  throw new Refusal(
    'REQUEST_IN_PROGRESS',
    known.state === 'RESERVING'
      ? 'The first request with this idempotency key is still running. Send it again in a moment to get its order.'
      : 'The first request with this idempotency key failed and is being undone. Send it again in a moment.',
    ['idempotencyKey'],
  );
}

/** Another checkout has claimed the cart and has not placed its order yet. */
export const checkoutInProgress = (): Refusal =>
  new Refusal('CHECKOUT_IN_PROGRESS', 'A checkout of this cart is in progress. Try again in a moment.');

/** The cart has become an order. */
export class CartAlreadyOrdered extends Refusal {
  /** @param order only if it belongs to the customer who is told */
  constructor(readonly order: Order | undefined) {
    super(
      'CART_ALREADY_ORDERED',
      order
        ? `This cart has already been ordered: your order is ${order.number}.`
        : 'This cart has already been ordered.',
    );
  }
}

/** The order's total is not what the customer saw. */
export class PriceChanged extends Refusal {
  constructor(
    readonly currentTotal: Money,
    message: string,
  ) {
    super('PRICE_CHANGED', message, ['expectedTotal']);
  }
}
