import { refusable, type UserErrorOutput } from '@cartograph/kit';
import type { CartContext } from '../context.js';
import type { Cart } from '../domain/cart.js';
import type { Difference } from '../domain/warnings.js';
import type { MutationResolvers } from '../generated/graphql.js';
import type { CartCounters } from '../metrics.js';
import { addToCart } from '../use-cases/add-to-cart.js';
import { applyCoupon } from '../use-cases/apply-coupon.js';
import { clearCart } from '../use-cases/clear-cart.js';
import type { Asker, Deps } from '../use-cases/deps.js';
import { mergeCart } from '../use-cases/merge-cart.js';
import { moveToCart } from '../use-cases/move-to-cart.js';
import { removeCoupon } from '../use-cases/remove-coupon.js';
import { removeFromCart } from '../use-cases/remove-from-cart.js';
import { removeSavedItem } from '../use-cases/remove-saved-item.js';
import { saveForLater } from '../use-cases/save-for-later.js';
import { setCartItemQuantity } from '../use-cases/set-cart-item-quantity.js';
import type { Changed } from '../use-cases/shared/change.js';
import { createCheckout } from './checkout.js';

/** A `CartPayload` before its own fields are resolved. */
export interface PayloadModel {
  readonly cart: Cart | null;
  readonly differences: readonly Difference[];
  readonly userErrors: readonly UserErrorOutput<never>[];
}

const REFUSED = { cart: null, differences: [] };

export function createMutation(deps: Deps, counters: CartCounters): MutationResolvers<CartContext> {
  /** A mutation that passes its input to a use case. */
  function mutation<Input>(useCase: (deps: Deps, asker: Asker, input: Input) => Promise<Changed>) {
    return async (
      _: unknown,
      { input }: { input: Input },
      context: CartContext,
      { fieldName }: { fieldName: string },
    ): Promise<PayloadModel> => {
      const payload = await refusable(REFUSED, () => useCase(deps, context, input));
      counters.changes.inc({ change: fieldName, outcome: payload.userErrors[0]?.code ?? 'DONE' });
      return payload;
    };
  }

  return {
    addToCart: mutation(addToCart),
    setCartItemQuantity: mutation(setCartItemQuantity),
    removeFromCart: mutation(removeFromCart),
    clearCart: mutation(clearCart),
    saveForLater: mutation(saveForLater),
    moveToCart: mutation(moveToCart),
    removeSavedItem: mutation(removeSavedItem),
    applyCoupon: mutation(applyCoupon),
    removeCoupon: mutation(removeCoupon),
    mergeCart: mutation(mergeCart),
    ...createCheckout(deps),
  };
}
