import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { until, type GraphClient } from '@cartograph/testing';
import {
  createCoupon,
  createProduct,
  fillCart,
  registerCustomer,
  SHIPPING_ADDRESS,
  signInAdmin,
  untilCartIsEmpty,
} from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

const eur = (amount: string) => ({ amount, currency: 'EUR' });

interface Purchase {
  readonly checkout: {
    readonly order: { readonly id: string } | null;
    readonly userErrors: readonly { readonly code: string }[];
  };
}

/** From the coupon that staff create to the order that keeps what it took off. */
export function describeCoupons(shop: SharedShop): void {
  const code = `TEN-${randomUUID().slice(0, 8).toUpperCase()}`;
  let couponId: string;

  const apply = (customer: GraphClient) =>
    customer.expectData(
      `mutation ($code: String!) { applyCoupon(input: { code: $code }) {
        cart { couponCodes discounts { code label amount { amount currency } } total { amount currency } }
        userErrors { code }
      } }`,
      { code: code.toLowerCase() },
    );
  const buy = async (customer: GraphClient, expectedTotal: object) =>
    (
      await customer.expectData<Purchase>(
        `mutation ($input: CheckoutInput!) { checkout(input: $input) {
          order { id subtotal { amount } discounts { code amount { amount } } discountTotal { amount } total { amount } }
          userErrors { code }
        } }`,
        {
          input: {
            idempotencyKey: randomUUID(),
            paymentToken: 'tok_ok',
            shippingAddress: SHIPPING_ADDRESS,
            expectedTotal,
          },
        },
      )
    ).checkout;
  const timesRedeemed = async (admin: GraphClient) =>
    (
      await admin.expectData<{ coupon: { timesRedeemed: number } }>(
        'query ($id: ID!) { coupon(id: $id) { timesRedeemed } }',
        { id: couponId },
      )
    ).coupon.timesRedeemed;

  it('lets the customer pay the total that the cart shows, and charges that total', async () => {
    const admin = await signInAdmin(shop.stack);
    couponId = await createCoupon(admin, code, 1);
    const customer = await registerCustomer(shop.stack);
    await fillCart(customer, await createProduct(admin, 10), 3);
    expect(await apply(customer)).toEqual({
      applyCoupon: {
        cart: {
          couponCodes: [code],
          discounts: [{ code, label: 'Ten percent', amount: eur('3.75') }],
          total: eur('33.75'),
        },
        userErrors: [],
      },
    });
    const { order, userErrors } = await buy(customer, eur('33.75'));
    expect(userErrors).toEqual([]);
    expect(order).toMatchObject({
      subtotal: { amount: '37.50' },
      discounts: [{ code, amount: { amount: '3.75' } }],
      discountTotal: { amount: '3.75' },
      total: { amount: '33.75' },
    });
    expect(await timesRedeemed(admin)).toBe(1);
    const paid = await until(async () => {
      const { order: now } = await customer.expectData<{
        order: { payment: { status: string; amount: object } | null };
      }>('query ($id: ID!) { order(id: $id) { payment { status amount { amount currency } } } }', {
        id: order!.id,
      });
      return now.payment?.status === 'SUCCEEDED' ? now.payment : undefined;
    });
    expect(paid.amount).toEqual(eur('33.75'));
    await untilCartIsEmpty(customer);
    expect(await customer.expectData('{ cart { couponCodes } }')).toEqual({ cart: { couponCodes: [] } });

    const other = await registerCustomer(shop.stack);
    await fillCart(other, await createProduct(admin, 10));
    expect(await apply(other)).toEqual({
      applyCoupon: { cart: null, userErrors: [{ code: 'COUPON_USED_UP' }] },
    });
    await customer.expectData(
      'mutation ($id: ID!) { cancelOrder(input: { orderId: $id }) { userErrors { code } } }',
      { id: order!.id },
    );
    await until(async () => (await timesRedeemed(admin)) === 0);
    await apply(other);
    expect(await buy(other, eur('11.25'))).toMatchObject({ userErrors: [] });
  });
}
