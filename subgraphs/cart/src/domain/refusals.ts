import { Refusal } from '@cartograph/kit/refusal';
import type { ErrorCode } from '../generated/graphql.js';
import type { CartLimits } from './cart.js';

/** Why pricing does not accept a coupon. */
export interface CouponProblem {
  readonly code: 'COUPON_UNKNOWN' | 'COUPON_EXPIRED' | 'COUPON_USED_UP' | 'COUPON_NOT_APPLICABLE';
  readonly message: string;
}

const refuse = (code: ErrorCode, message: string, field: string) =>
  new Refusal<ErrorCode>(code, message, [field]);

/** Every refusal of this service, so that equal cases have equal messages. */
export const refusals = {
  noCart: (field: string) =>
    refuse(
      'NOT_FOUND',
      'This cart no longer exists: it has expired, or was merged when its owner signed in. Omit the id to start a new cart.',
      field,
    ),
  noCartNamed: () => refuse('NOT_FOUND', 'Send the id of a cart, or sign in to use your own.', 'cartId'),
  notInCart: () => refuse('NOT_FOUND', 'This product is not in the cart.', 'productId'),
  notSaved: () => refuse('NOT_FOUND', 'This product is not on the list saved for later.', 'productId'),
  noProduct: () =>
    refuse('PRODUCT_NOT_FOUND', 'There is no such product, or it is no longer sold.', 'productId'),
  quantityOutOfRange: ({ maxQuantity }: CartLimits, got: number) =>
    refuse('QUANTITY_OUT_OF_RANGE', `The quantity must be from 1 to ${maxQuantity}, got ${got}.`, 'quantity'),
  aboveLimit: ({ maxQuantity }: CartLimits, held: number) =>
    refuse(
      'QUANTITY_OUT_OF_RANGE',
      `A cart can hold at most ${maxQuantity} units of one product; it already holds ${held}.`,
      'quantity',
    ),
  outOfStock: (name: string, available: number, held: number) =>
    refuse(
      'OUT_OF_STOCK',
      available === 0
        ? `“${name}” is out of stock.`
        : `Only ${available} of “${name}” ${available === 1 ? 'is' : 'are'} left${held > 0 ? `, and the cart already holds ${held}` : ''}.`,
      'quantity',
    ),
  otherCurrency: (name: string) =>
    refuse(
      'CURRENCY_MISMATCH',
      `“${name}” is priced in another currency than the rest of the cart. Order it separately.`,
      'productId',
    ),
  cartFull: ({ maxLines }: CartLimits) =>
    refuse('CART_FULL', `A cart can hold at most ${maxLines} different products.`, 'productId'),
  savedListFull: ({ maxLines }: CartLimits) =>
    refuse('SAVED_LIST_FULL', `At most ${maxLines} products can be saved for later.`, 'productId'),
  couponProblem: ({ code, message }: CouponProblem) => refuse(code, message, 'code'),
  emptyCartForCoupon: () =>
    refuse('COUPON_NOT_APPLICABLE', 'The cart is empty. Add a product before the coupon.', 'code'),
  otherCoupon: () =>
    refuse(
      'COUPON_NOT_COMBINABLE',
      'A cart can have one coupon. Remove the other one from the cart first.',
      'code',
    ),
} as const;
