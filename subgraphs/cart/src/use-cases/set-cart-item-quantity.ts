import { snapshotOf } from '../domain/product.js';
import type { Asker, Deps } from './deps.js';
import { asNoLine, changedTo, quantityFaults, refusalOf, type Changed } from './shared/change.js';
import { tryLoadForChange } from './shared/load-product.js';
import { requireTarget, type LineTarget } from './shared/target.js';

type Input = LineTarget & { readonly quantity: number };

/** Sets the quantity of a line. While the products service is unavailable, it can only be lowered. */
export async function setCartItemQuantity(
  { store, limits }: Deps,
  asker: Asker,
  input: Input,
): Promise<Changed> {
  const cartId = requireTarget(asker.identity, input);
  const [fault] = quantityFaults(limits, input.quantity);
  if (fault) throw fault;
  const { product, failure } = await tryLoadForChange(store, asker.products, cartId, input.productId);
  const result = await store.setQuantity(cartId, {
    productId: input.productId,
    quantity: input.quantity,
    stock: product?.available ?? null,
    snapshot: product ? snapshotOf(product) : null,
  });
  if (result.outcome === 'done') return changedTo(result.cart);
  if (result.outcome === 'unknown-stock' && failure) throw failure;
  throw refusalOf(limits, asNoLine(result, cartId), product);
}
