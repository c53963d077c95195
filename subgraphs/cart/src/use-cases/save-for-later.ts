import { refusals } from '../domain/refusals.js';
import type { Asker, Deps } from './deps.js';
import { asNoLine, changedTo, refusalOf, type Changed } from './shared/change.js';
import { requireTarget, type LineTarget } from './shared/target.js';

/** Moves a product from the cart to the list saved for later. */
export async function saveForLater(
  { store, limits }: Deps,
  { identity }: Asker,
  input: LineTarget,
): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  const result = await store.save(cartId, input.productId);
  if (result.outcome === 'done') return changedTo(result.cart);
  if (result.outcome === 'full') throw refusals.savedListFull(limits);
  throw refusalOf(limits, asNoLine(result, cartId));
}
