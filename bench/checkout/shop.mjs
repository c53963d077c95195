// What people do in the benchmark, as clients of the gateway.
import { randomUUID } from 'node:crypto';

const address = { name: 'A Buyer', line1: 'Long Lane 1', city: 'Bern', postalCode: '3000', country: 'CH' };

export async function register(graph) {
  const { register: payload } = await graph.expectData(
    'mutation ($input: RegisterInput!) { register(input: $input) { session { accessToken } } }',
    { input: { email: `${randomUUID()}@example.com`, password: 'a long passphrase', name: 'Buyer' } },
  );
  return graph.as(payload.session.accessToken);
}

export async function createProduct(admin, category, stock = 1_000_000) {
  const input = {
    sku: `BENCH-${randomUUID().slice(0, 8).toUpperCase()}`,
    name: 'Bench piece',
    description: 'Made to be measured.',
    category,
    price: { amount: '12.50', currency: 'EUR' },
    stock,
    attributes: [],
  };
  const { createProduct: payload } = await admin.expectData(
    'mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }',
    { input },
  );
  return payload.product.id;
}

/** Into a new guest's cart, whose id is in the answer: each checkout gets one of its own. */
export async function fillCart(graph, productId) {
  const { addToCart } = await graph.expectData(
    'mutation ($input: AddToCartInput!) { addToCart(input: $input) { cart { id } } }',
    { input: { productId, quantity: 1 } },
  );
  return addToCart.cart.id;
}

/** @returns the order, or null with why not */
export async function tryToCheckOut(customer, cartId) {
  const { checkout } = await customer.expectData(
    'mutation ($input: CheckoutInput!) { checkout(input: $input) { order { id } userErrors { code } } }',
    { input: { idempotencyKey: randomUUID(), cartId, paymentToken: 'tok_ok', shippingAddress: address } },
  );
  return checkout;
}

/** @returns the order's id */
export async function checkOut(customer, cartId) {
  const { order, userErrors } = await tryToCheckOut(customer, cartId);
  if (!order) throw new Error(`Refused: ${JSON.stringify(userErrors)}`);
  return order.id;
}
