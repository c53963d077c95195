import type { GraphClient } from '@cartograph/testing';
import { checkOut, createProduct, fillCart, stockOf, type UserError } from '../harness/shop.js';
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

const answerOf = ({ userErrors }: Refusable) => userErrors[0]?.code ?? 'done';

/**
 * @param newCustomer each checkout is made by a customer of its own, so that carts are out of the question
 */
export async function createShopUnderTest(
  admin: GraphClient,
  newCustomer: () => Promise<GraphClient>,
  stock: number,
): Promise<ShopUnderTest> {
  const productId = await createProduct(admin, stock);
  const orders: { readonly id: string; readonly buyer: GraphClient }[] = [];

  async function change(client: GraphClient, field: string, input: object): Promise<string> {
    const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input!`;
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

  async function buy({ token, quantity }: Extract<Action, { do: 'checkout' }>): Promise<string> {
    const buyer = await newCustomer();
    try {
      await fillCart(buyer, productId, quantity);
    } catch (error) {
      // The cart refuses at once what is not there.
      if (String(error).includes('OUT_OF_STOCK')) return 'OUT_OF_STOCK';
      throw error;
    }
    const checkout = await checkOut(buyer, undefined, token);
    if (checkout.order) orders.push({ id: checkout.order.id, buyer });
    return answerOf(checkout);
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
