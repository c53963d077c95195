import type { Identity } from '@cartograph/kit';
import { until, type GraphClient, type TestStack } from '@cartograph/testing';
import {
  checkOut,
  createCoupon,
  createProduct,
  fillCart,
  registerCustomer,
  signInAdmin,
} from '../harness/shop.js';

/** A caller: a client of the gateway, and the identity that the gateway passes on to subgraphs. */
export interface Asker {
  readonly name: string;
  readonly client: GraphClient;
  readonly identity: Identity;
}

/** A running shop with an object of each kind, which belongs to the customer. */
export interface PopulatedShop {
  readonly stack: TestStack;
  /** Anonymous, another customer, the customer, an admin. */
  readonly askers: readonly Asker[];
  readonly ids: Readonly<Record<'User' | 'Order' | 'Payment' | 'Product' | 'Cart' | 'Category', string>>;
  /** Of the customer's order's first event. */
  readonly firstCursor: string;
  /** Texts that mean something to this shop: ids, addresses, slugs, cursors. */
  readonly known: readonly string[];
}

/** Adds these objects to a running shop. */
export async function populate(stack: TestStack): Promise<PopulatedShop> {
  const admin = await signInAdmin(stack);
  const customer = await registerCustomer(stack, 'The customer');
  const stranger = await registerCustomer(stack, 'Another customer');
  const product = await createProduct(admin, 50);
  await createCoupon(admin, 'WHOLE-SCHEMA');
  const buy = async (client: GraphClient) => {
    await fillCart(client, product);
    const { order } = await checkOut(client);
    return order!.id;
  };
  const orderId = await buy(customer);
  await fillCart(customer, product);
  // Before the next order, so that it has a delivery.
  const webhook = await admin.expectData(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
    { input: { url: 'https://nobody.invalid/hook', eventTypes: ['order.placed'] } },
  );
  // Later than the customer's, so that a stream of one's own events from then on begins with something.
  await buy(stranger);
  const { payment, firstCursor } = await untilPaid(customer, orderId);
  const seen = await customer.expectData<{
    me: { id: string; cart: { id: string } };
    product: { category: { id: string } };
  }>(
    `query ($id: ID!) {
      me { id email cart { id } orders { pageInfo { endCursor } nodes { number history { cursor } } } sessions { id } }
      product(id: $id) { sku category { id } } products(first: 1, sort: NAME) { pageInfo { endCursor } }
    }`,
    { id: product },
  );
  return {
    stack,
    askers: [
      { name: 'anonymous', client: stack.graph, identity: { kind: 'anonymous' } },
      { name: 'another customer', client: stranger, identity: await identityOf(stranger, 'CUSTOMER') },
      { name: 'the customer', client: customer, identity: await identityOf(customer, 'CUSTOMER') },
      { name: 'an admin', client: admin, identity: await identityOf(admin, 'ADMIN') },
    ],
    ids: {
      User: seen.me.id,
      Order: orderId,
      Payment: payment,
      Product: product,
      Cart: seen.me.cart.id,
      Category: seen.product.category.id,
    },
    firstCursor,
    known: [
      product,
      orderId,
      payment,
      'tok_ok',
      'a long passphrase',
      'EUR',
      'size',
      ...textsIn([seen, webhook]),
    ],
  };
}

async function untilPaid(customer: GraphClient, id: string) {
  const query =
    'query ($id: ID!) { order(id: $id) { history { cursor } payment { id } } me { notifications(first: 1) { nodes { id } } } }';
  type Data = {
    order: { history: { cursor: string }[]; payment: { id: string } | null };
    me: { notifications: { nodes: unknown[] } };
  };
  return until(
    async () => {
      const { order, me } = await customer.expectData<Data>(query, { id });
      const { history, payment } = order;
      return payment && history.length > 1 && me.notifications.nodes.length > 0
        ? { payment: payment.id, firstCursor: history[0]!.cursor }
        : undefined;
    },
    { what: 'the payment and the first message' },
  );
}

async function identityOf(client: GraphClient, role: 'CUSTOMER' | 'ADMIN'): Promise<Identity> {
  const { me } = await client.expectData<{ me: { id: string } }>('{ me { id } }');
  return { kind: 'user', userId: me.id, role, sessionId: 'a-session', expiresAt: Date.now() + 3_600_000 };
}

const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : Object.values((value ?? {}) as Record<string, unknown>).flatMap((item) => textsIn(item));
