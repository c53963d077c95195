// The content of a shop's stores, as an admin sees it through the gateway.

import { ask } from './ask.mjs';

/** Sends operations as the sample shop's admin. */
export async function signIn(url) {
  const { login } = await ask(
    url,
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  return (query) => ask(url, query, { token: login.session.accessToken });
}

/** Gives the admin a cart, so that Redis has data too. */
export async function fillCart(url) {
  const askAsAdmin = await signIn(url);
  const { products } = await askAsAdmin('{ products(first: 1) { nodes { id } } }');
  const [{ id }] = products.nodes;
  await askAsAdmin(
    `mutation { addToCart(input: { productId: ${JSON.stringify(id)}, quantity: 3 }) { cart { id } } }`,
  );
}

/** The number of objects of each kind, and their content. */
export async function inventory(url) {
  const askAsAdmin = await signIn(url);
  const { orders, users, products, cart } = await askAsAdmin(
    `{ orders(first: 100) { totalCount nodes { number status total { amount } payment { status } customer { email } history { cursor } } }
       users(first: 100) { totalCount nodes { email } }
       products(first: 100) { totalCount nodes { id availability { quantity } } }
       cart { items { product { id } quantity } } }`,
  );
  if (!cart?.items.length) throw new Error('The cart is empty');
  return {
    orders: orders.totalCount,
    users: users.totalCount,
    products: products.totalCount,
    lists: [orders.nodes, users.nodes, products.nodes, cart.items],
  };
}
