import type { Asker, Deps } from './deps.js';
import { afterRemoval, type Changed } from './shared/change.js';
import { requireTarget, type Target } from './shared/target.js';

/** Removes all lines. Products saved for later stay. */
export async function clearCart(deps: Deps, { identity }: Asker, input: Target): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  return afterRemoval(deps, cartId, await deps.store.clear(cartId));
}
