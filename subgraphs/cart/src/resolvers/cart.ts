import { multiplyMoney, toMoneyOutput, type Money } from '@cartograph/money';
import type { CartContext } from '../context.js';
import { maySee } from '../domain/access.js';
import { ownerOf, userCartId } from '../domain/cart-id.js';
import { totalQuantity, type Cart } from '../domain/cart.js';
import { whenSold } from '../domain/product.js';
import { hasPriceChanged, subtotal, type Products } from '../domain/totals.js';
import { differenceWarning, warningsOf } from '../domain/warnings.js';
import type { Resolvers } from '../generated/graphql.js';
import type { Deps } from '../use-cases/deps.js';
import { notYours } from '../use-cases/shared/target.js';
import { viewCart } from '../use-cases/view-cart.js';

type CartTypes = 'Cart' | 'CartItem' | 'SavedItem' | 'CartPayload' | 'User';

export function createCart(deps: Deps): Pick<Resolvers<CartContext>, CartTypes> {
  return {
    Cart: {
      async __resolveReference({ id }, { identity, carts }) {
        if (!ownerOf(id)) return null;
        if (!maySee(identity, id)) throw notYours(identity);
        return carts.load(id);
      },
      items: ({ lines }) => [...lines],
      savedForLater: ({ saved }) => [...saved],
      totalQuantity,
      couponCodes: ({ couponCode }) => (couponCode === null ? [] : [couponCode]),
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
      // Must not be null. While the products service is unavailable, no price is known to have changed.
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
        return isOwn ? viewCart(deps, identity, cartId) : carts.load(cartId);
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
