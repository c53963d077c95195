import { idempotencyKeyReused, type PublicError, type Refusal } from '@cartograph/kit';
import { createEmptyCart, type Cart, type CartLimits } from '../../domain/cart.js';
import type { ProductView } from '../../domain/product.js';
import { refusals } from '../../domain/refusals.js';
import type { Difference } from '../../domain/warnings.js';
import type { Change, NotDone } from '../../store/store.js';
import type { Deps } from '../deps.js';
import { isUserCart } from './target.js';

/** The cart after a change, and how the change differs from the request. */
export interface Changed {
  readonly cart: Cart;
  readonly differences: readonly Difference[];
}

export const changedTo = (cart: Cart, differences: readonly Difference[] = []): Changed => ({
  cart,
  differences,
});

/**
 * The result of a change that removes something. For a user whose cart was never stored there is nothing to remove, so it
 * succeeds.
 */
export function afterRemoval({ limits, clock }: Deps, cartId: string, result: Change): Changed {
  if (result.outcome === 'done') return changedTo(result.cart);
  if (result.outcome === 'no-cart' && isUserCart(cartId))
    return changedTo(createEmptyCart(cartId, limits, clock()));
  throw refusalOf(limits, result);
}

/** The refusal of a change that the store did not make. @param product the one that the change is about */
export function refusalOf(limits: CartLimits, result: NotDone, product?: ProductView): Refusal | PublicError {
  switch (result.outcome) {
    case 'no-cart':
      return refusals.noCart('cartId');
    case 'no-line':
      return refusals.notInCart();
    case 'full':
      return refusals.cartFull(limits);
    case 'over-limit':
      return refusals.aboveLimit(limits, result.held);
    case 'over-stock':
      return refusals.outOfStock(product?.name ?? '', product?.available ?? 0, result.held);
    case 'other-currency':
      return refusals.otherCurrency(product?.name ?? '');
    case 'other-coupon':
      return refusals.otherCoupon();
    case 'key-reused':
      return idempotencyKeyReused();
    case 'unknown-stock':
      return refusals.noProduct();
  }
}

/** For a user whose cart was never stored, "no cart" means that the product is not in it. */
export function asNoLine(result: NotDone, cartId: string): NotDone {
  return result.outcome === 'no-cart' && isUserCart(cartId) ? { outcome: 'no-line' } : result;
}

/** @returns the refusal of a quantity that is out of range; none if it is valid */
export function quantityFaults(limits: CartLimits, quantity: number): Refusal[] {
  return quantity >= 1 && quantity <= limits.maxQuantity
    ? []
    : [refusals.quantityOutOfRange(limits, quantity)];
}
