import { idempotencyKeyFault, idempotencyKeyReused } from '@cartograph/kit/idempotency-key';
import { paymentTokenFault } from '@cartograph/kit/payment-token';
import { collectRefusals, Refusal } from '@cartograph/kit/refusal';
import { MoneyError, parseMoney, type Money, type MoneyInput } from '@cartograph/money';
import { readAddress, type Address, type AddressInput } from './address.js';
import type { Order } from './order.js';

export interface CheckoutInput {
  readonly idempotencyKey: string;
  readonly cartId?: string | null | undefined;
  readonly expectedTotal?: MoneyInput | null | undefined;
  readonly shippingAddress: AddressInput;
  readonly paymentToken?: string | null | undefined;
}

/** A checkout whose fields have all been read. */
export interface CheckoutRequest {
  readonly idempotencyKey: string;
  readonly cartId: string | null;
  readonly expectedTotal: Money | null;
  readonly shippingAddress: Address;
  readonly paymentToken: string | null;
}

/** @throws Refusal naming every invalid field */
export function readCheckoutInput(input: CheckoutInput): CheckoutRequest {
  const refusals = collectRefusals();
  const { idempotencyKey, cartId = null, paymentToken = null } = input;
  const keyFault = idempotencyKeyFault(idempotencyKey);
  if (keyFault) refusals.add(['idempotencyKey'], keyFault);
  if (cartId !== null && !/^[\x21-\x7E]{1,100}$/.test(cartId))
    refusals.add(['cartId'], 'This is not a valid cart id.');
  const tokenFault = paymentToken === null ? undefined : paymentTokenFault(paymentToken);
  if (tokenFault) refusals.add(['paymentToken'], tokenFault);
  let expectedTotal: Money | null = null;
  try {
    expectedTotal = input.expectedTotal ? parseMoney(input.expectedTotal) : null;
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    refusals.add(['expectedTotal', 'amount'], error.message);
  }
  const shippingAddress = readAddress(input.shippingAddress, ['shippingAddress'], refusals);
  refusals.throwIfAny();
  return { idempotencyKey, cartId, expectedTotal, shippingAddress, paymentToken };
}

/** Everything that two requests must share to count as the same, except the key, in a fixed order. The caller hashes it. */
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
 * - `RESERVING`: the draft is stored and its stock is being reserved. If it is interrupted, it is continued.
 * - `COMPENSATING`: the checkout was given up. Its stock is being released, then the draft and its key are deleted.
 * - `PLACED`: the order is placed. The key now identifies the order.
 */
export type CheckoutState = 'RESERVING' | 'COMPENSATING' | 'PLACED';

/** A stored checkout with the same key. */
export interface KnownCheckout {
  readonly orderId: string;
  readonly inputHash: string;
  readonly state: CheckoutState;
  /** Whether a process works on it now. */
  readonly isLeased: boolean;
}

/**
 * Decides what a repeated key means.
 * @returns `replay` to return the order, or `resume` to continue an interrupted checkout
 * @throws Refusal IDEMPOTENCY_KEY_REUSED or REQUEST_IN_PROGRESS
 */
export function judgeRepeat(known: KnownCheckout, inputHash: string): 'replay' | 'resume' {
  if (known.inputHash !== inputHash) throw idempotencyKeyReused();
  if (known.state === 'PLACED') return 'replay';
  if (known.state === 'RESERVING' && !known.isLeased) return 'resume';
  if (known.state === 'RESERVING') throw requestInProgress();
  throw new Refusal(
    'REQUEST_IN_PROGRESS',
    'The first request with this idempotency key failed and is being undone. Try again in a moment.',
    ['idempotencyKey'],
  );
}

/** The first request with the same key is still running. */
export const requestInProgress = (): Refusal =>
  new Refusal(
    'REQUEST_IN_PROGRESS',
    'The first request with this idempotency key is still running. Try again in a moment to get its order.',
    ['idempotencyKey'],
  );

/** Another checkout has claimed the cart but has not placed its order yet. */
export const checkoutInProgress = (): Refusal =>
  new Refusal('CHECKOUT_IN_PROGRESS', 'A checkout of this cart is in progress. Try again in a moment.');

/** The cart has become an order. */
export class CartAlreadyOrdered extends Refusal {
  /** @param order only if it belongs to the customer who receives the refusal */
  constructor(readonly order: Order | undefined) {
    super(
      'CART_ALREADY_ORDERED',
      order
        ? `This cart has already been ordered: your order is ${order.number}.`
        : 'This cart has already been ordered.',
    );
  }
}

/** The total differs from the one that the customer saw. */
export class PriceChanged extends Refusal {
  constructor(
    readonly currentTotal: Money,
    message: string,
  ) {
    super('PRICE_CHANGED', message, ['expectedTotal']);
  }
}
