import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse, type OperationDefinitionNode } from 'graphql';
import type { GraphClient } from '@cartograph/testing';
import { openShop, type OpenShop } from '../harness/open-shop.js';

interface Session {
  readonly session: { readonly accessToken: string };
  readonly userErrors: readonly unknown[];
}
interface Event {
  readonly orderStatusChanged: { readonly status: string; readonly order: Record<string, unknown> };
}

interface Step {
  readonly text: string;
  readonly operation: OperationDefinitionNode;
  /** The variables that follow the operation on the page; `…` stands for a value from an earlier response. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The operations of docs/walk.md by name, in the order of the page. */
const steps = new Map(
  [
    ...readFileSync(new URL('../../docs/walk.md', import.meta.url), 'utf8').matchAll(
      /```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs,
    ),
  ].map(([, text, variables]): [string, Step] => {
    const operation = parse(text!).definitions[0] as OperationDefinitionNode;
    return [operation.name!.value, { text: text!, operation, variables: JSON.parse(variables ?? '{}') }];
  }),
);
const step = (name: string) => {
  const found = steps.get(name);
  if (!found) throw new Error(`docs/walk.md has no operation called ${name}.`);
  return found;
};
const operation = (name: string) => step(name).text;
/** The page's variables of an operation, with `values` in the places of `…`. */
function variablesOf(name: string, values: Readonly<Record<string, string>>) {
  const filled = Object.entries(step(name).variables).map(([key, value]) => [
    key,
    value === '…' ? values[key] : value,
  ]);
  return Object.fromEntries(filled) as Record<string, string>;
}

describe('the purchase in docs/walk.md', () => {
  let open: OpenShop;
  let graph: GraphClient;
  let you: GraphClient;
  let admin: GraphClient;
  let productId: string;
  let productName: string;
  let orderId: string;

  beforeAll(async () => {
    open = await openShop();
    graph = open.stack.graph;
  }, 240_000);
  afterAll(() => open?.leave());

  it('should register', async () => {
    const { register } = await graph.expectData<{ register: Session }>(operation('Register'));
    expect(register).toMatchObject({ session: { user: { name: 'You', role: 'CUSTOMER' } }, userErrors: [] });
  });

  it('should sign in', async () => {
    const { login } = await graph.expectData<{ login: Session }>(operation('SignIn'));
    expect(login.userErrors).toEqual([]);
    you = graph.as(login.session.accessToken);
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
    expect(
      await you.expectData(operation('AddToCart'), variablesOf('AddToCart', { productId })),
    ).toMatchObject({
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

  it('should receive each status, joined from four services, until the stream ends', async () => {
    const { login } = await graph.expectData<{ login: Session }>(operation('SignInAsAdmin'));
    admin = graph.as(login.session.accessToken);
    const seen: string[] = [];
    for await (const { data, errors } of you.subscribe<Event>(
      operation('FollowOrder'),
      variablesOf('FollowOrder', { orderId }),
    )) {
      expect(errors).toBeUndefined();
      const { status, order } = data!.orderStatusChanged;
      seen.push(status);
      expect(order).toMatchObject({
        items: [{ quantity: 2, product: { name: productName } }],
        customer: { name: 'You' },
      });
      const next = { PROCESSING: 'SHIPPED', SHIPPED: 'DELIVERED' }[status];
      if (!next) continue;
      const variables = { ...variablesOf('MoveOrder', { orderId }), status: next };
      expect(await admin.expectData(operation('MoveOrder'), variables)).toMatchObject({
        updateOrderStatus: { order: { status: next }, userErrors: [] },
      });
    }
    // The payment may succeed before or after the stream is opened.
    expect(seen.filter((status) => status !== 'PENDING')).toEqual(['PROCESSING', 'SHIPPED', 'DELIVERED']);
  });

  it('should read the whole history afterwards', async () => {
    expect(await you.expectData(operation('MyOrders'))).toMatchObject({
      me: { name: 'You', orders: { nodes: [{ status: 'DELIVERED', payment: { status: 'SUCCEEDED' } }] } },
    });
  });

  it('should give a value for each variable', () => {
    const names = [...steps].map(([name, { operation, variables }]) => ({
      name,
      declared: (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value).sort(),
      given: Object.keys(variables).sort(),
    }));
    expect(names.filter(({ declared, given }) => declared.join() !== given.join())).toEqual([]);
  });

  it('should consist of operations that all run here', () => {
    expect([...steps.keys()]).toEqual([
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
