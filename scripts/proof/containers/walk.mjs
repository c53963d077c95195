// The purchase of docs/walk.md, against any running shop: register, search, cart, checkout, follow to DELIVERED.
import { randomUUID } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { ask } from './ask.mjs';

const ADDRESS = { name: 'You', line1: 'Long Lane 1', city: 'Bern', postalCode: '3000', country: 'CH' };

/** @param {string} url the gateway's, without /graphql. Throws at the first difference from the page. */
export async function walk(url, say) {
  const send = async (query, variables = {}, token) => {
    const data = await ask(url, query, { variables, token });
    const [payload] = Object.values(data);
    if (payload?.userErrors?.length)
      throw new Error(`${query.slice(0, 60)}…: ${JSON.stringify(payload.userErrors)}`);
    return payload;
  };
  const email = `${randomUUID()}@example.com`;
  const { session } = await send(
    'mutation ($email: String!) { register(input: { email: $email, password: "a long passphrase", name: "You" }) { session { accessToken } userErrors { code message } } }',
    { email },
  );
  const token = session.accessToken;
  say('registered');
  const found = await send(
    '{ products(first: 3, filter: { search: "mug", inStockOnly: true }, sort: RELEVANCE) { nodes { id name } } }',
  );
  const [product] = found.nodes;
  say(`found ${product.name}`);
  await send(
    'mutation ($id: ID!) { addToCart(input: { productId: $id, quantity: 2 }) { cart { totalQuantity } userErrors { code message } } }',
    { id: product.id },
    token,
  );
  const { order } = await send(
    'mutation ($input: CheckoutInput!) { checkout(input: $input) { order { id number status } userErrors { code message } } }',
    { input: { idempotencyKey: randomUUID(), paymentToken: 'tok_ok', shippingAddress: ADDRESS } },
    token,
  );
  say(`placed ${order.number}`);
  const admin = await send(
    'mutation { login(input: { email: "ada@example.com", password: "cartograph" }) { session { accessToken } userErrors { code message } } }',
  );
  const move = (status) =>
    send(
      'mutation ($input: UpdateOrderStatusInput!) { updateOrderStatus(input: $input) { order { status } userErrors { code message } } }',
      { input: { orderId: order.id, status } },
      admin.session.accessToken,
    );

  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const seen = [];
  const stream = client.iterate({
    query: `subscription ($id: ID!) { orderStatusChanged(orderId: $id) { status order { items { product { name } } customer { name } } } }`,
    variables: { id: order.id },
  });
  for await (const { data, errors } of stream) {
    if (errors) throw new Error(`orderStatusChanged: ${JSON.stringify(errors)}`);
    const event = data.orderStatusChanged;
    if (event.order.items[0].product.name !== product.name || event.order.customer.name !== 'You')
      throw new Error(`Not joined: ${JSON.stringify(event)}`);
    if (seen.at(-1) === event.status) continue;
    seen.push(event.status);
    if (event.status === 'PROCESSING') await move('SHIPPED');
    if (event.status === 'SHIPPED') await move('DELIVERED');
  }
  await client.dispose();
  if (seen.slice(-3).join() !== 'PROCESSING,SHIPPED,DELIVERED')
    throw new Error(`Followed only: ${seen.join()}`);
  say(`followed ${seen.join(' → ')}, joined from three services; the stream ended`);
}
