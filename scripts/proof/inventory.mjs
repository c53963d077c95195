// What a shop holds in each of its stores, as an admin sees it through the gateway.

/** Asks as the sample shop's admin. */
export async function signIn(url) {
  const ask = async (query, token) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // While this process waits for a command, connections that are kept are closed unnoticed, and the next request fails.
        connection: 'close',
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const { login } = await ask(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } } }',
  );
  return (query) => ask(query, login.session.accessToken);
}

/** Gives the admin a cart, so that Redis holds something that counts. */
export async function fillCart(url) {
  const ask = await signIn(url);
  const { products } = await ask('{ products(first: 1) { nodes { id } } }');
  const [{ id }] = products.nodes;
  await ask(
    `mutation { addToCart(input: { productId: ${JSON.stringify(id)}, quantity: 3 }) { cart { id } } }`,
  );
}

/** How much there is of everything, and what it is. */
export async function inventory(url) {
  const ask = await signIn(url);
  const { orders, users, products, cart } = await ask(
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
