import { multiplyMoney, toMoneyOutput, type Money } from '@cartograph/money';
import { refusable, scalarResolvers, type UserErrorOutput } from '@cartograph/kit';
import type { CartContext } from './app.js';
import type { CartCheckout } from './checkout.js';
import { maySee, notYours } from './domain/access.js';
import { totalQuantity, type Cart } from './domain/cart.js';
import { ownerOf, userCartId } from './domain/cart-id.js';
import { whenSold } from './domain/product.js';
import { hasPriceChanged, subtotal, type Products } from './domain/totals.js';
import { differenceWarning, warningsOf, type Difference } from './domain/warnings.js';
import type { Resolvers } from './generated/graphql.js';
import type { CartMetrics } from './metrics.js';
import type { Changed, CartService } from './service.js';

/** A payload before its own fields are resolved. */
export interface PayloadModel {
  readonly cart: Cart | null;
  readonly differences: readonly Difference[];
  readonly userErrors: readonly UserErrorOutput<never>[];
}

const REFUSED = { cart: null, differences: [] };

const CLAIM_OUTCOMES = {
  done: 'CLAIMED',
  empty: 'EMPTY',
  'no-cart': 'NOT_FOUND',
  'claimed-before': 'CLAIMED_BEFORE',
  ordered: 'ORDERED',
} as const;

export function createResolvers(
  service: CartService,
  checkout: CartCheckout,
  metrics: CartMetrics,
): Resolvers<CartContext> {
  /** A mutation that hands its input to the use case. */
  function mutation<Input>(useCase: (asker: CartContext, input: Input) => Promise<Changed>) {
    return async (
      _: unknown,
      { input }: { input: Input },
      context: CartContext,
      { fieldName }: { fieldName: string },
    ): Promise<PayloadModel> => {
      const payload = await refusable(REFUSED, () => useCase(context, input));
      metrics.changes.inc({ change: fieldName, outcome: payload.userErrors[0]?.code ?? 'DONE' });
      return payload;
    };
  }

  return {
    DateTime: scalarResolvers.DateTime,
    Decimal: scalarResolvers.Decimal,
    Query: {
      cart: (_, { id }, { identity }) => service.viewCart(identity, id),
    },
    Mutation: {
      addToCart: mutation(service.addToCart),
      setCartItemQuantity: mutation(service.setCartItemQuantity),
      removeFromCart: mutation(service.removeFromCart),
      clearCart: mutation(service.clearCart),
      saveForLater: mutation(service.saveForLater),
      moveToCart: mutation(service.moveToCart),
      removeSavedItem: mutation(service.removeSavedItem),
      mergeCart: mutation(service.mergeCart),
      claimCart: async (_, { input }) => {
        const { id, claim } = await checkout.claim(input);
        return {
          outcome: CLAIM_OUTCOMES[claim.outcome],
          cartId: id,
          orderId: 'orderId' in claim ? claim.orderId : null,
          ageMs: 'ageMs' in claim ? claim.ageMs : null,
          version: 'cart' in claim ? String(claim.cart.version) : null,
          lines: 'cart' in claim ? [...claim.cart.lines] : [],
        };
      },
      releaseCart: async (_, { input }) => {
        await checkout.release(input);
        return { ok: true };
      },
      takeOrderedFromCart: async (_, { input }) => ({ ok: await checkout.takeOrdered(input.cartId, input) }),
    },
    Cart: {
      async __resolveReference({ id }, { identity, carts }) {
        if (!ownerOf(id)) return null;
        if (!maySee(identity, id)) throw notYours(identity);
        return carts.load(id);
      },
      items: ({ lines }) => [...lines],
      savedForLater: ({ saved }) => [...saved],
      totalQuantity,
      subtotal: async (cart, _, context) => output(subtotal(cart, await productsOf(cart, context))),
      warnings: async (cart, _, context) => warningsOf(cart, await productsOf(cart, context)),
    },
    CartItem: {
      product: ({ productId }) => ({ id: productId }),
      unitPrice: async ({ productId }, _, { products }) =>
        output(whenSold(await products.load(productId))?.price),
      async lineTotal({ productId, quantity }, _, { products }) {
        const sold = whenSold(await products.load(productId));
        return output(sold && multiplyMoney(sold.price, quantity));
      },
      // The one field of them that may not be null: while products is away, nothing is known to have changed.
      priceChanged: async (line, _, { products }) =>
        hasPriceChanged(line, await products.load(line.productId).catch(() => null)),
      isSold: async ({ productId }, _, { products, archived }) =>
        products.load(productId).then(
          (product) => whenSold(product) !== undefined,
          async () => !(await archived.load(productId)),
        ),
      previousUnitPrice: ({ unitPrice }) => toMoneyOutput(unitPrice),
    },
    SavedItem: { product: ({ productId }) => ({ id: productId }) },
    CartPayload: {
      async warnings({ cart, differences }, _, context) {
        const own = cart ? warningsOf(cart, await productsOf(cart, context)) : [];
        return [...differences.map(differenceWarning), ...own];
      },
    },
    User: {
      cart: ({ id }, _, { identity, carts }) => {
        const cartId = userCartId(id);
        const isOwn = identity.kind === 'user' && identity.userId === id;
        return isOwn ? service.viewCart(identity, cartId) : carts.load(cartId);
      },
    },
  };
}

const output = (money: Money | null | undefined) => (money ? toMoneyOutput(money) : null);

async function productsOf({ lines }: Cart, { products }: CartContext): Promise<Products> {
  return new Map(
    await Promise.all(
      lines.map(async ({ productId }) => [productId, await products.load(productId)] as const),
    ),
  );
}
