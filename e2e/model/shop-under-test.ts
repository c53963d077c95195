import type { GraphClient } from '@cartograph/testing';
import { checkOut, createCoupon, createProduct, fillCart, stockOf, type UserError } from '../harness/shop.js';
import type { Action, Model, ModelOrder } from './model.js';

interface Refusable {
  readonly userErrors: readonly UserError[];
}

/** The real shop, seen as the model sees it: one product of its own and the orders for it. */
export interface ShopUnderTest {
  /** @returns `done`, or the code of the refusal */
  perform(action: Action): Promise<string>;
  observe(): Promise<Model>;
}

/** How a checkout is refused if another request has ordered this version of the cart, or is about to. */
const REFUSALS_OF_THE_SECOND = ['CHECKOUT_IN_PROGRESS', 'CART_ALREADY_ORDERED', 'CART_EMPTY'];

const answerOf = ({ userErrors }: Refusable) => userErrors[0]?.code ?? 'done';

/**
 * @param newCustomer each checkout is made by a new customer, so that checkouts of different carts do not meet
 */
export async function createShopUnderTest(
  admin: GraphClient,
  newCustomer: () => Promise<GraphClient>,
  stock: number,
): Promise<ShopUnderTest> {
  const productId = await createProduct(admin, stock);
  const code = `MODEL-${productId}`.slice(0, 40);
  await createCoupon(admin, code);
  const orders: { readonly id: string; readonly buyer: GraphClient }[] = [];

  async function change(client: GraphClient, field: string, input: object): Promise<string> {
    const type =
      field === 'applyCoupon' ? 'CouponInput!' : `${field[0]!.toUpperCase()}${field.slice(1)}Input!`;
    const data = await client.expectData<Record<string, Refusable>>(
      `mutation ($input: ${type}) { ${field}(input: $input) { userErrors { code message } } }`,
      { input },
    );
    return answerOf(data[field]!);
  }

  const advance = (orderId: string, status: string) =>
    change(admin, 'updateOrderStatus', { orderId, status });

  async function paymentOf(id: string): Promise<string> {
    const { order } = await admin.expectData<{ order: { payment: { id: string } } }>(
      'query ($id: ID!) { order(id: $id) { payment { id } } }',
      { id },
    );
    return order.payment.id;
  }

  async function buy({ token, quantity, requests }: Extract<Action, { do: 'checkout' }>): Promise<string> {
    const buyer = await newCustomer();
    try {
      await fillCart(buyer, productId, quantity);
    } catch (error) {
      // The cart refuses what is out of stock.
      if (String(error).includes('OUT_OF_STOCK')) return 'OUT_OF_STOCK';
      throw error;
    }
    // Half of the purchases have a coupon. The model does not see it; the invariants do.
    if (quantity % 2 === 0) await change(buyer, 'applyCoupon', { code });
    const checkouts = await Promise.all(
      Array.from({ length: requests }, () => checkOut(buyer, undefined, token)),
    );
    // If there are two, the model does not expect the second.
    for (const { order } of checkouts) if (order) orders.push({ id: order.id, buyer });
    const refusals = checkouts.filter(({ order }) => !order).map(answerOf);
    const ownRefusal = refusals.find((code) => !REFUSALS_OF_THE_SECOND.includes(code));
    if (ownRefusal) return ownRefusal;
    return refusals.length < requests ? 'done' : `every request was refused: ${refusals.join(', ')}`;
  }

  return {
    async perform(action) {
      if (action.do === 'checkout') return buy(action);
      if (action.do === 'restock')
        return change(admin, 'adjustStock', { productId, delta: action.quantity, reason: 'Delivery' });
      const { id, buyer } = orders[action.of % orders.length]!;
      switch (action.do) {
        case 'retry':
          return change(buyer, 'retryPayment', {
            paymentId: await paymentOf(id),
            paymentToken: action.token,
          });
        case 'cancel':
          return change(buyer, 'cancelOrder', { orderId: id });
        case 'process':
          return advance(id, 'PROCESSING');
        case 'ship':
          return advance(id, 'SHIPPED');
        case 'deliver':
          return advance(id, 'DELIVERED');
        case 'refund':
          return change(admin, 'refundPayment', { paymentId: await paymentOf(id) });
      }
    },

    async observe() {
      const found = await Promise.all(
        orders.map(({ id }) =>
          admin.expectData<{
            order: {
              status: ModelOrder['status'];
              items: { quantity: number }[];
              payment: { status: ModelOrder['payment'] };
            };
          }>('query ($id: ID!) { order(id: $id) { status items { quantity } payment { status } } }', { id }),
        ),
      );
      return {
        available: await stockOf(admin, productId),
        orders: found.map(({ order }) => ({
          quantity: order.items[0]!.quantity,
          status: order.status,
          payment: order.payment.status,
        })),
      };
    },
  };
}
