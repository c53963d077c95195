import type { Asker, Deps } from './deps.js';
import { afterRemoval, type Changed } from './shared/change.js';
import { requireTarget, type LineTarget } from './shared/target.js';

/** Removes a product from the cart. Repeating changes nothing. */
export async function removeFromCart(deps: Deps, { identity }: Asker, input: LineTarget): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  return afterRemoval(deps, cartId, await deps.store.remove(cartId, 'lines', input.productId));
}
