import { refusals } from '../domain/refusals.js';
import { subtotal, type Products } from '../domain/totals.js';
import type { Asker, Deps } from './deps.js';
import { changedTo, refusalOf, type Changed } from './shared/change.js';
import { isUserCart, requireTarget, type Target } from './shared/target.js';

/** Puts a coupon into a cart. Pricing says whether it applies to the cart as it is now. Repeating changes nothing. */
export async function applyCoupon(
  { store, pricing, limits }: Deps,
  { identity, products }: Asker,
  input: Target & { readonly code: string },
): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  const [cart] = await store.readMany([cartId]);
  if (!cart && !isUserCart(cartId)) throw refusals.noCart('cartId');
  const views: Products = new Map(
    await Promise.all(
      (cart?.lines ?? []).map(async ({ productId }) => [productId, await products.load(productId)] as const),
    ),
  );
  const sum = cart && subtotal(cart, views);
  if (!sum) throw refusals.emptyCartForCoupon();
  const customerId = identity.kind === 'user' ? identity.userId : null;
  const code = await pricing.checkCoupon({ code: input.code, customerId, subtotal: sum });
  if (typeof code !== 'string') throw refusals.couponProblem(code);
  const result = await store.applyCoupon(cartId, code);
  if (result.outcome === 'done') return changedTo(result.cart);
  throw refusalOf(limits, result);
}
