import { randomUUID } from 'node:crypto';
import { until, type GraphClient } from '@cartograph/testing';

export interface UserError {
  readonly code: string;
  readonly message: string;
}

interface SessionData {
  readonly session: {
    readonly session: { readonly accessToken: string } | null;
    readonly userErrors: readonly UserError[];
  };
}

/** A gateway that clients use: the shop's, or one of several. */
export interface Entrance {
  /** An anonymous client. */
  readonly graph: GraphClient;
}

/** The sample shop's admin. */
export async function signInAdmin(stack: Entrance): Promise<GraphClient> {
  const { session } = await stack.graph.expectData<SessionData>(
    'mutation { session: login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } userErrors { code message } } }',
  );
  return asSignedIn(stack, session);
}

/** Waits until the gateway asks every subgraph again: one that was killed is left alone for a moment after it is back. */
export async function untilOpen(admin: GraphClient): Promise<void> {
  const everySubgraph =
    '{ me { id } cart { id } orders(first: 1) { nodes { id } } payment(id: "none") { id } products(first: 1) { nodes { id } } webhookEventTypes }';
  await until(async () => (await admin.query(everySubgraph)).errors === undefined);
}

/** A new customer, signed in. */
export async function registerCustomer(stack: Entrance, name = 'Customer'): Promise<GraphClient> {
  const { session } = await stack.graph.expectData<SessionData>(
    `mutation ($email: String!, $name: String!) {
      session: register(input: { email: $email, password: "a long passphrase", name: $name }) { session { accessToken } userErrors { code message } }
    }`,
    { email: `${randomUUID()}@example.com`, name },
  );
  return asSignedIn(stack, session);
}

function asSignedIn(stack: Entrance, { session, userErrors }: SessionData['session']): GraphClient {
  if (!session) throw new Error(`Could not sign in: ${JSON.stringify(userErrors)}`);
  return stack.graph.as(session.accessToken);
}

/** A product of its own for a test, with this much in stock. Answers its id. */
export async function createProduct(
  admin: GraphClient,
  stock: number,
  sku = `TEST-${randomUUID().slice(0, 8).toUpperCase()}`,
): Promise<string> {
  const { categories } = await admin.expectData<{ categories: { slug: string }[] }>(
    '{ categories { slug } }',
  );
  const { createProduct: payload } = await admin.expectData<{
    createProduct: { product: { id: string } | null; userErrors: UserError[] };
  }>(
    `mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } userErrors { code message field } } }`,
    {
      input: {
        sku,
        name: 'Test piece',
        description: 'Made by a test.',
        category: categories[0]!.slug,
        price: { amount: '12.50', currency: 'EUR' },
        stock,
        attributes: [],
      },
    },
  );
  if (!payload.product) throw new Error(`No product: ${JSON.stringify(payload.userErrors)}`);
  return payload.product.id;
}

/** A coupon that takes ten percent off. */
export async function createCoupon(admin: GraphClient, code: string, usageLimit?: number): Promise<string> {
  const { createCoupon: payload } = await admin.expectData<{
    createCoupon: { coupon: { id: string } | null; userErrors: UserError[] };
  }>(
    'mutation ($input: CreateCouponInput!) { createCoupon(input: $input) { coupon { id } userErrors { code message } } }',
    { input: { code, label: 'Ten percent', percent: 10, usageLimit } },
  );
  if (!payload.coupon) throw new Error(`No coupon: ${JSON.stringify(payload.userErrors)}`);
  return payload.coupon.id;
}

export async function stockOf(client: GraphClient, productId: string): Promise<number> {
  const { product } = await client.expectData<{ product: { availability: { quantity: number } } }>(
    'query ($id: ID!) { product(id: $id) { availability { quantity } } }',
    { id: productId },
  );
  return product.availability.quantity;
}

export async function fillCart(customer: GraphClient, productId: string, quantity = 1): Promise<void> {
  const { addToCart } = await customer.expectData<{ addToCart: { userErrors: UserError[] } }>(
    'mutation ($input: AddToCartInput!) { addToCart(input: $input) { userErrors { code message } } }',
    { input: { productId, quantity } },
  );
  if (addToCart.userErrors.length > 0)
    throw new Error(`Not in the cart: ${JSON.stringify(addToCart.userErrors)}`);
}

/** Resolves when an order has been taken out of the cart, which happens after it was placed. */
export async function untilCartIsEmpty(customer: GraphClient): Promise<void> {
  await until(
    async () => {
      const { cart } = await customer.expectData<{ cart: { totalQuantity: number } | null }>(
        '{ cart { totalQuantity } }',
      );
      return !cart?.totalQuantity;
    },
    { what: 'the cart to be empty', intervalMs: 100 },
  );
}

export interface Checkout {
  readonly order: { readonly id: string; readonly number: string; readonly status: string } | null;
  readonly userErrors: readonly UserError[];
}

export const SHIPPING_ADDRESS = {
  name: 'A Customer',
  line1: 'Long Lane 1',
  city: 'Bern',
  postalCode: '3000',
  country: 'CH',
};

export async function checkOut(
  customer: GraphClient,
  idempotencyKey: string = randomUUID(),
  paymentToken = 'tok_ok',
): Promise<Checkout> {
  const { checkout } = await customer.expectData<{ checkout: Checkout }>(
    'mutation ($input: CheckoutInput!) { checkout(input: $input) { order { id number status } userErrors { code message } } }',
    {
      input: {
        idempotencyKey,
        paymentToken,
        shippingAddress: SHIPPING_ADDRESS,
      },
    },
  );
  return checkout;
}
