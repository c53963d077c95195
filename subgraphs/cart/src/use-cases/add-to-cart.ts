import { idempotencyKeyFault, Refusal } from '@cartograph/kit';
import { snapshotOf } from '../domain/product.js';
import { refusals } from '../domain/refusals.js';
import type { Asker, Deps } from './deps.js';
import { changedTo, quantityFaults, refusalOf, type Changed } from './shared/change.js';
import { loadForChange } from './shared/load-product.js';
import { findTarget, isUserCart, type LineTarget } from './shared/target.js';

type Input = LineTarget & {
  readonly quantity?: number;
  readonly idempotencyKey?: string | null | undefined;
};

/** Adds units of a product. For a guest without a cart it creates one. */
export async function addToCart(deps: Deps, asker: Asker, input: Input): Promise<Changed> {
  const { store, limits, newGuestCartId } = deps;
  const { quantity = 1 } = input;
  const idempotencyKey = input.idempotencyKey ?? undefined;
  const keyFault = idempotencyKey === undefined ? undefined : idempotencyKeyFault(idempotencyKey);
  if (keyFault) throw new Refusal('INVALID_INPUT', keyFault, ['idempotencyKey']);
  const named = findTarget(asker.identity, input);
  const product = await loadForChange(store, asker.products, named, input.productId);
  const faults = quantityFaults(limits, quantity);
  if (!product) faults.push(refusals.noProduct());
  if (!product || faults.length > 0) {
    // A repeat of a request that succeeded succeeds, even if the product has been archived since.
    const line = { productId: input.productId, quantity };
    const earlier =
      named !== undefined && idempotencyKey !== undefined
        ? await store.findAdded(named, line, idempotencyKey)
        : undefined;
    if (earlier?.outcome === 'done') return changedTo(earlier.cart);
    if (earlier) throw refusalOf(limits, earlier);
    throw new Refusal(faults.flatMap((fault) => fault.errors));
  }
  const cartId = named ?? newGuestCartId();
  const create = named === undefined || isUserCart(cartId);
  const line = { productId: product.id, quantity, stock: product.available, snapshot: snapshotOf(product) };
  const result = await store.add(cartId, line, {
    create,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  if (result.outcome !== 'done') throw refusalOf(limits, result, product);
  return changedTo(result.cart);
}
