import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, type OperationDefinitionNode } from 'graphql';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';

interface Session {
  readonly session: { readonly accessToken: string };
  readonly userErrors: readonly unknown[];
}
interface Event {
  readonly orderStatusChanged: { readonly status: string; readonly order: Record<string, unknown> };
}

/** The README's operations by name, in the order in which they stand there. */
const operations = new Map(
  [
    ...readFileSync(new URL('../../README.md', import.meta.url), 'utf8').matchAll(/```graphql\n(.*?)```/gs),
  ].map(([, text]) => {
    const operation = parse(text!).definitions[0] as OperationDefinitionNode;
    return [operation.name!.value, text!] as const;
  }),
);
const operation = (name: string) => {
  const text = operations.get(name);
  if (!text) throw new Error(`The README has no operation called ${name}.`);
  return text;
};

describe('the purchase in the README', () => {
  let stack: TestStack;
  let you: GraphClient;
  let admin: GraphClient;
  let productId: string;
  let productName: string;
  let orderId: string;

  beforeAll(async () => {
    stack = await startTestStack();
  });
  afterAll(() => stack?.stop());

  it('should register', async () => {
    const { register } = await stack.graph.expectData<{ register: Session }>(operation('Register'));
    expect(register).toMatchObject({ session: { user: { name: 'You', role: 'CUSTOMER' } }, userErrors: [] });
  });

  it('should sign in', async () => {
    const { login } = await stack.graph.expectData<{ login: Session }>(operation('SignIn'));
    expect(login.userErrors).toEqual([]);
    you = stack.graph.as(login.session.accessToken);
  });

  it('should find products', async () => {
    const { products } = await you.expectData<{
      products: { totalCount: number; nodes: { id: string; name: string }[] };
    }>(operation('Search'));
    expect(products.totalCount).toBeGreaterThan(0);
    const [product] = products.nodes;
    productId = product!.id;
    productName = product!.name;
  });

  it('should put two into the cart', async () => {
    expect(await you.expectData(operation('AddToCart'), { productId })).toMatchObject({
      addToCart: { cart: { items: [{ quantity: 2, product: { name: productName } }] }, userErrors: [] },
    });
  });

  it('should check out', async () => {
    const { checkout } = await you.expectData<{ checkout: { order: { id: string } } }>(operation('Checkout'));
    expect(checkout).toMatchObject({
      order: { items: [{ name: productName, quantity: 2 }] },
      userErrors: [],
    });
    orderId = checkout.order.id;
  });

  it('should see each status arrive, joined from four services, until the stream ends by itself', async () => {
    const { login } = await stack.graph.expectData<{ login: Session }>(operation('SignInAsAdmin'));
    admin = stack.graph.as(login.session.accessToken);
    const seen: string[] = [];
    for await (const { data, errors } of you.subscribe<Event>(operation('FollowOrder'), { orderId })) {
      expect(errors).toBeUndefined();
      const { status, order } = data!.orderStatusChanged;
      seen.push(status);
      expect(order).toMatchObject({
        items: [{ quantity: 2, product: { name: productName } }],
        customer: { name: 'You' },
      });
      const next = { PROCESSING: 'SHIPPED', SHIPPED: 'DELIVERED' }[status];
      if (!next) continue;
      expect(await admin.expectData(operation('MoveOrder'), { orderId, status: next })).toMatchObject({
        updateOrderStatus: { order: { status: next }, userErrors: [] },
      });
    }
    // Whether the payment came before or after the stream was opened is not ours to say.
    expect(seen.filter((status) => status !== 'PENDING')).toEqual(['PROCESSING', 'SHIPPED', 'DELIVERED']);
  });

  it('should find it all again afterwards', async () => {
    expect(await you.expectData(operation('MyOrders'))).toMatchObject({
      me: { name: 'You', orders: { nodes: [{ status: 'DELIVERED', payment: { status: 'SUCCEEDED' } }] } },
    });
  });

  it('should be made of valid operations, all of which are run here', () => {
    expect([...operations.keys()]).toEqual([
      'Register',
      'SignIn',
      'Search',
      'AddToCart',
      'Checkout',
      'FollowOrder',
      'SignInAsAdmin',
      'MoveOrder',
      'MyOrders',
    ]);
  });
});
