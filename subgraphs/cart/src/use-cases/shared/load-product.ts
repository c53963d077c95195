import type { ProductLoader } from '../../clients/products.js';
import { whenSold, type ProductView } from '../../domain/product.js';
import type { CartStore } from '../../store/store.js';

/**
 * Loads the product that a change is about, if it is sold. The response shows the prices of the whole cart, so those are
 * loaded in the same call.
 */
export async function loadForChange(
  store: CartStore,
  products: ProductLoader,
  cartId: string | undefined,
  productId: string,
): Promise<ProductView | undefined> {
  const [cart] = cartId === undefined ? [] : await store.readMany([cartId]);
  // The resolvers that show these lines await the same promises and report their errors.
  for (const line of cart?.lines ?? []) products.load(line.productId).catch(() => {});
  return whenSold(await products.load(productId));
}

/** Like `loadForChange`; `failure` is why the product could not be loaded. */
export async function tryLoadForChange(
  ...args: Parameters<typeof loadForChange>
): Promise<{ product?: ProductView; failure?: unknown }> {
  try {
    const product = await loadForChange(...args);
    return product ? { product } : {};
  } catch (failure) {
    return { failure };
  }
}
