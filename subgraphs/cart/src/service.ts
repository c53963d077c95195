import type { Fault } from '@cartograph/kit';
import { idempotencyKeyFault, idempotencyKeyReused, Refusal, type Identity } from '@cartograph/kit';
import { isHolder, maySee, notYours, ownCartId } from './domain/access.js';
import { createEmptyCart, type Cart, type CartLimits } from './domain/cart.js';
import { ownerOf, userCartId } from './domain/cart-id.js';
import * as errors from './domain/errors.js';
import { snapshotOf, type ProductView } from './domain/product.js';
import type { Difference } from './domain/warnings.js';
import { mergeGuestCart } from './merge.js';
import { loadForChange, tryLoadForChange, type ProductLoader } from './products.js';
import type { CartStore, Change, NotDone } from './store/store.js';

/** Who asks, with the products of this request. */
export interface Asker {
  readonly identity: Identity;
  readonly products: ProductLoader;
}

/** The outcome of a change, and what it did otherwise than asked. */
export interface Changed {
  readonly cart: Cart;
  readonly differences: readonly Difference[];
}

interface Target {
  readonly cartId?: string | null | undefined;
}
interface LineTarget extends Target {
  readonly productId: string;
}

export type CartService = ReturnType<typeof createCartService>;

/** The use cases. Each throws Refusal for what a customer can mend, Fault for what they cannot. */
export function createCartService(options: {
  store: CartStore;
  limits: CartLimits;
  newGuestCartId: () => string;
  now: () => Date;
}) {
  const { store, limits } = options;

  /** The id of the cart to change; `undefined` if it names none. */
  function idToChange({ identity }: Asker, { cartId }: Target): string | undefined {
    if (cartId == null) return ownCartId(identity);
    if (!ownerOf(cartId)) throw errors.noCart('cartId');
    if (!isHolder(identity, cartId)) throw notYours(identity);
    return cartId;
  }

  async function change(
    asker: Asker,
    target: Target,
    run: (cartId: string) => Promise<Change>,
  ): Promise<Changed> {
    const cartId = idToChange(asker, target);
    if (cartId === undefined) throw errors.noCartNamed();
    const result = await run(cartId);
    if (result.outcome === 'done') return { cart: result.cart, differences: [] };
    // A user always has a cart; it just was not stored yet.
    if (result.outcome === 'no-cart' && ownerOf(cartId)?.kind === 'user')
      return { cart: createEmptyCart(cartId, limits, options.now()), differences: [] };
    throw refusalOf(result);
  }

  function refusalOf(result: NotDone, product?: ProductView, full = errors.cartFull): Refusal | Fault {
    switch (result.outcome) {
      case 'no-cart':
        return errors.noCart('cartId');
      case 'no-line':
        return errors.notInCart();
      case 'full':
        return full(limits);
      case 'over-limit':
        return errors.aboveLimit(limits, result.held);
      case 'over-stock':
        return errors.outOfStock(product?.name ?? '', product?.available ?? 0, result.held);
      case 'other-currency':
        return errors.otherCurrency(product?.name ?? '');
      case 'key-reused':
        return idempotencyKeyReused();
      case 'unknown-stock':
        return errors.noProduct();
    }
  }

  function quantityFault(quantity: number): Refusal[] {
    return quantity >= 1 && quantity <= limits.maxQuantity
      ? []
      : [errors.quantityOutOfRange(limits, quantity)];
  }

  return {
    /** What the holder of a cart sees: their look keeps it for another seven days. */
    async viewCart(identity: Identity, cartId: string | null | undefined): Promise<Cart | null> {
      const id = cartId ?? ownCartId(identity);
      const owner = id === undefined ? undefined : ownerOf(id);
      if (id === undefined || !owner) return null;
      if (!maySee(identity, id)) throw notYours(identity);
      const cart = await store.read(id, { renew: isHolder(identity, id) });
      return cart ?? (owner.kind === 'user' ? createEmptyCart(id, limits, options.now()) : null);
    },

    /** Carts as other services and pages about users refer to them; null where there is none. */
    async readCarts(cartIds: readonly string[]): Promise<(Cart | null)[]> {
      const carts = await store.readMany(cartIds);
      return carts.map((cart, index) => {
        const id = cartIds[index]!;
        return cart ?? (ownerOf(id)?.kind === 'user' ? createEmptyCart(id, limits, options.now()) : null);
      });
    },

    async addToCart(
      asker: Asker,
      input: LineTarget & { quantity?: number; idempotencyKey?: string | null | undefined },
    ): Promise<Changed> {
      const { quantity = 1 } = input;
      const idempotencyKey = input.idempotencyKey ?? undefined;
      const keyFault = idempotencyKey === undefined ? undefined : idempotencyKeyFault(idempotencyKey);
      if (keyFault) throw new Refusal('INVALID_INPUT', keyFault, ['idempotencyKey']);
      const named = idToChange(asker, input);
      const product = await loadForChange(store, asker.products, named, input.productId);
      const faults = quantityFault(quantity);
      if (!product) faults.push(errors.noProduct());
      if (!product || faults.length > 0) {
        // A repeat of what was done stays done, even if the product has been archived since.
        const line = { productId: input.productId, quantity };
        const earlier =
          named !== undefined && idempotencyKey !== undefined
            ? await store.findAdded(named, line, idempotencyKey)
            : undefined;
        if (earlier?.outcome === 'done') return { cart: earlier.cart, differences: [] };
        if (earlier) throw refusalOf(earlier);
        throw new Refusal(faults.flatMap((fault) => fault.errors));
      }
      const cartId = named ?? options.newGuestCartId();
      const create = named === undefined || ownerOf(cartId)?.kind === 'user';
      const line = {
        productId: product.id,
        quantity,
        stock: product.available,
        snapshot: snapshotOf(product),
      };
      const result = await store.add(cartId, line, {
        create,
        ...(idempotencyKey !== undefined && { idempotencyKey }),
      });
      if (result.outcome !== 'done') throw refusalOf(result, product);
      return { cart: result.cart, differences: [] };
    },

    async setCartItemQuantity(asker: Asker, input: LineTarget & { quantity: number }): Promise<Changed> {
      const cartId = idToChange(asker, input);
      if (cartId === undefined) throw errors.noCartNamed();
      const [fault] = quantityFault(input.quantity);
      if (fault) throw fault;
      const { product, failure } = await tryLoadForChange(store, asker.products, cartId, input.productId);
      const result = await store.setQuantity(cartId, {
        productId: input.productId,
        quantity: input.quantity,
        stock: product?.available ?? null,
        snapshot: product ? snapshotOf(product) : null,
      });
      if (result.outcome === 'done') return { cart: result.cart, differences: [] };
      if (result.outcome === 'unknown-stock' && failure) throw failure;
      // A user's cart that was never stored holds nothing.
      if (result.outcome === 'no-cart' && ownerOf(cartId)?.kind === 'user') throw errors.notInCart();
      throw refusalOf(result, product);
    },

    removeFromCart: (asker: Asker, input: LineTarget) =>
      change(asker, input, (cartId) => store.remove(cartId, 'lines', input.productId)),

    clearCart: (asker: Asker, input: Target) => change(asker, input, (cartId) => store.clear(cartId)),

    async saveForLater(asker: Asker, input: LineTarget): Promise<Changed> {
      const cartId = idToChange(asker, input);
      if (cartId === undefined) throw errors.noCartNamed();
      const result = await store.save(cartId, input.productId);
      if (result.outcome === 'done') return { cart: result.cart, differences: [] };
      throw refusalOf(asNoLine(result, cartId), undefined, errors.savedListFull);
    },

    async moveToCart(asker: Asker, input: LineTarget): Promise<Changed> {
      const cartId = idToChange(asker, input);
      if (cartId === undefined) throw errors.noCartNamed();
      const product = await loadForChange(store, asker.products, cartId, input.productId);
      if (!product) throw errors.noProduct();
      const line = { productId: product.id, stock: product.available, snapshot: snapshotOf(product) };
      const result = await store.restore(cartId, line);
      if (result.outcome !== 'done') {
        const reason = asNoLine(result, cartId);
        throw reason.outcome === 'no-line' ? errors.notSaved() : refusalOf(reason, product);
      }
      const got = result.cart.lines.find(({ productId }) => productId === product.id)?.quantity ?? 0;
      const { asked } = result;
      const isReduced = got < asked;
      return {
        cart: result.cart,
        differences: isReduced
          ? [{ productId: product.id, name: product.name, kind: 'reduced', asked, got }]
          : [],
      };
    },

    removeSavedItem: (asker: Asker, input: LineTarget) =>
      change(asker, input, (cartId) => store.remove(cartId, 'saved', input.productId)),

    async mergeCart(asker: Asker, { guestCartId }: { guestCartId: string }): Promise<Changed> {
      if (asker.identity.kind !== 'user') throw notYours(asker.identity);
      if (ownerOf(guestCartId)?.kind !== 'guest') throw errors.noCart('guestCartId');
      const { userId } = asker.identity;
      const merged = await mergeGuestCart(store, asker.products, { userId, guestCartId });
      return merged ?? { cart: createEmptyCart(userCartId(userId), limits, options.now()), differences: [] };
    },
  };
}

/** To a user whose cart was never stored, "no cart" means that the product is not in it. */
function asNoLine(result: NotDone, cartId: string): NotDone {
  const isUnstored = result.outcome === 'no-cart' && ownerOf(cartId)?.kind === 'user';
  return isUnstored ? { outcome: 'no-line' } : result;
}
