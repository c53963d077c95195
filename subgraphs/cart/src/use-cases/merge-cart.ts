import type { ProductLoader } from '../clients/products.js';
import { ownerOf, userCartId } from '../domain/cart-id.js';
import { createEmptyCart, type Cart } from '../domain/cart.js';
import { snapshotOf, whenSold } from '../domain/product.js';
import { refusals } from '../domain/refusals.js';
import type { CartStore, MergedLine } from '../store/store.js';
import type { Asker, Deps } from './deps.js';
import { changedTo, type Changed } from './shared/change.js';
import { notYours } from './shared/target.js';

/** How often a merge starts again because the guest changed the cart at the same moment. */
const MAX_ATTEMPTS = 5;

/** Moves a guest's cart into the signed-in user's own. @throws Refusal NOT_FOUND if there is no such guest cart */
export async function mergeCart(
  { store, limits, clock }: Deps,
  { identity, products }: Asker,
  { guestCartId }: { readonly guestCartId: string },
): Promise<Changed> {
  if (identity.kind !== 'user') throw notYours(identity);
  if (ownerOf(guestCartId)?.kind !== 'guest') throw refusals.noCart('guestCartId');
  const { userId } = identity;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const merged = await tryMerge(store, products, userId, guestCartId);
    if (merged === 'changed') continue;
    return merged ?? changedTo(createEmptyCart(userCartId(userId), limits, clock()));
  }
  throw refusals.noCart('guestCartId');
}

/**
 * The two carts may be in different slots of a cluster, so this takes three atomic steps, each safe to repeat: stop changes to
 * the guest's cart; add its lines to the user's cart, with a mark that this was done; delete the guest's cart. If it is
 * interrupted, the same call completes it; after it is complete, the same call changes nothing.
 * @returns null if the cart was merged before and the user's own has expired since; `changed` if the guest changed the cart
 */
async function tryMerge(
  store: CartStore,
  products: ProductLoader,
  userId: string,
  guestCartId: string,
): Promise<Changed | null | 'changed'> {
  const ownId = userCartId(userId);
  const guest = await store.readForMerge(guestCartId);
  const isGone = !guest || (guest.mergingInto !== null && guest.mergingInto !== userId);
  if (isGone) {
    if (!(await store.wasMerged(ownId, guestCartId))) throw refusals.noCart('guestCartId');
    const cart = await store.read(ownId, { renew: true });
    return cart && changedTo(cart);
  }
  // The response shows the user's own lines too, so their products are loaded in the same request.
  const [own] = await store.readMany([ownId]);
  for (const line of own?.lines ?? []) products.load(line.productId).catch(() => {});
  const [lines, saved] = await Promise.all([
    withStock(guest.cart.lines, products),
    withStock(guest.cart.saved, products),
  ]);
  const start = await store.beginMerge(guest.cart, userId);
  if (start.outcome !== 'done') return 'changed';
  const merged = await store.merge(ownId, guestCartId, {
    lines,
    saved,
    couponCode: guest.cart.couponCode,
    claims: start.claims,
  });
  await store.endMerge(guestCartId, userId);
  return merged;
}

function withStock(lines: Cart['lines'], products: ProductLoader): Promise<MergedLine[]> {
  return Promise.all(
    lines.map(async (line) => {
      const product = whenSold(await products.load(line.productId));
      return {
        productId: line.productId,
        quantity: line.quantity,
        stock: product ? Math.max(0, product.available) : null,
        // The price of the guest's line stays, so that a price change since then is still reported.
        snapshot: { name: product ? snapshotOf(product).name : line.name, unitPrice: line.unitPrice },
      };
    }),
  );
}
