import { snapshotOf } from '../domain/product.js';
import { refusals } from '../domain/refusals.js';
import type { Asker, Deps } from './deps.js';
import { asNoLine, changedTo, refusalOf, type Changed } from './shared/change.js';
import { loadForChange } from './shared/load-product.js';
import { requireTarget, type LineTarget } from './shared/target.js';

/** Moves a product from the list saved for later to the cart, as many units as are in stock. */
export async function moveToCart(
  { store, limits }: Deps,
  { identity, products }: Asker,
  input: LineTarget,
): Promise<Changed> {
  const cartId = requireTarget(identity, input);
  const product = await loadForChange(store, products, cartId, input.productId);
  if (!product) throw refusals.noProduct();
  const line = { productId: product.id, stock: product.available, snapshot: snapshotOf(product) };
  const result = await store.restore(cartId, line);
  if (result.outcome !== 'done') {
    const reason = asNoLine(result, cartId);
    throw reason.outcome === 'no-line' ? refusals.notSaved() : refusalOf(limits, reason, product);
  }
  const got = result.cart.lines.find(({ productId }) => productId === product.id)?.quantity ?? 0;
  const { asked } = result;
  return changedTo(
    result.cart,
    got < asked ? [{ productId: product.id, name: product.name, kind: 'reduced', asked, got }] : [],
  );
}
