import type { Cart } from './domain/cart.js';
import { userCartId } from './domain/cart-id.js';
import { noCart } from './domain/errors.js';
import { snapshotOf, whenSold } from './domain/product.js';
import type { Difference } from './domain/warnings.js';
import type { ProductLoader } from './products.js';
import type { CartStore, MergedLine } from './store/store.js';

/** How often a guest may add something just while the cart is being merged. */
const MOST_TRIES = 5;

/**
 * Moves a guest's cart into the user's own. The two lie in different slots of a cluster, so this takes three atomic
 * steps, each safe to repeat: stop changes to the guest's cart; add its lines to the user's together with a mark that
 * this was done; delete the guest's. Broken off anywhere, the same call finishes it; done before, it changes nothing.
 * @throws Refusal NOT_FOUND if there is no such guest's cart
 */
export async function mergeGuestCart(
  store: CartStore,
  products: ProductLoader,
  { userId, guestCartId }: { userId: string; guestCartId: string },
): Promise<{ cart: Cart; differences: readonly Difference[] } | null> {
  const ownId = userCartId(userId);
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const guest = await store.readForMerge(guestCartId);
    const isGone = !guest || (guest.mergingInto !== null && guest.mergingInto !== userId);
    if (isGone) {
      if (!(await store.wasMerged(ownId, guestCartId))) throw noCart('guestCartId');
      const cart = await store.read(ownId, { renew: true });
      return cart && { cart, differences: [] };
    }
    // The answer shows the user's own lines too: their products are asked for in the same request.
    const [own] = await store.readMany([ownId]);
    for (const line of own?.lines ?? []) products.load(line.productId).catch(() => {});
    const [lines, saved] = await Promise.all([
      withStock(guest.cart.lines, products),
      withStock(guest.cart.saved, products),
    ]);
    const start = await store.beginMerge(guest.cart, userId);
    if (start.outcome !== 'done') continue;
    const merged = await store.merge(ownId, guestCartId, { lines, saved, claims: start.claims });
    await store.endMerge(guestCartId, userId);
    return merged;
  }
  throw noCart('guestCartId');
}

function withStock(lines: Cart['lines'], products: ProductLoader): Promise<MergedLine[]> {
  return Promise.all(
    lines.map(async (line) => {
      const product = whenSold(await products.load(line.productId));
      return {
        productId: line.productId,
        quantity: line.quantity,
        stock: product ? Math.max(0, product.available) : null,
        // The guest's own snapshot stays, so that a price that changed since is still reported.
        snapshot: { name: product ? snapshotOf(product).name : line.name, unitPrice: line.unitPrice },
      };
    }),
  );
}
