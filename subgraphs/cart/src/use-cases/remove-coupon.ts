import type { Asker, Deps } from './deps.js';
import { afterRemoval, type Changed } from './shared/change.js';
import { requireTarget, type Target } from './shared/target.js';

/** Removes a coupon. Repeating changes nothing. */
export async function removeCoupon(
  deps: Deps,
  { identity }: Asker,
  input: Target & { readonly code: string },
): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  return afterRemoval(deps, cartId, await deps.store.removeCoupon(cartId, input.code.trim().toUpperCase()));
}
