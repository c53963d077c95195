import { randomUUID } from 'node:crypto';
import type { GraphClient } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { checkOut, fillCart } from '../harness/shop.js';
import type { Storefront, Visitor } from './storefront.js';

const SESSION = `session { accessToken accessTokenExpiresAt refreshToken user { id name email role } }
  userErrors { message }`;
const LOGIN = `mutation ($input: LoginInput!) { opened: login(input: $input) { ${SESSION} } }`;
const REGISTER = `mutation ($input: RegisterInput!) { opened: register(input: $input) { ${SESSION} } }`;

interface Opened {
  readonly opened: { readonly session: { readonly accessToken: string } | null };
}
type ContextOptions = Parameters<Storefront['newVisitor']>[0];

/** A browser that holds a session of its own. It has not gone anywhere yet. */
function enterWith(shop: Storefront, session: object | null, options: ContextOptions): Promise<Visitor> {
  const { origin } = new URL(options?.baseURL ?? shop.stack.environment('notifications')['STOREFRONT_URL']!);
  const localStorage = [{ name: 'cartograph.session', value: JSON.stringify(session) }];
  return shop.newVisitor({ ...options, storageState: { cookies: [], origins: [{ origin, localStorage }] } });
}

/** Somebody who is signed in: by default the sample shop's admin. */
export async function openSignedIn(
  shop: Storefront,
  path: string,
  options: ContextOptions & { readonly email?: string } = {},
): Promise<Visitor> {
  const { email = 'ada@example.com', ...context } = options;
  const { opened } = await shop.stack.graph.expectData<Opened>(LOGIN, {
    input: { email, password: 'cartograph' },
  });
  const visitor = await enterWith(shop, opened.session, context);
  await visitor.page.goto(path);
  return visitor;
}

export interface Customer extends Visitor {
  readonly email: string;
  /** What they can do without a page. */
  readonly graph: GraphClient;
}

/**
 * A new customer who has not gone anywhere yet. Registering by the form is told once; here it would only take time.
 * @param wants a product that lies in the cart already
 */
export async function enterAsCustomer(
  shop: Storefront,
  { wants, name = 'Mia Example', ...context }: ContextOptions & { wants?: string; name?: string } = {},
): Promise<Customer> {
  const email = `${randomUUID()}@example.com`;
  const { opened } = await shop.stack.graph.expectData<Opened>(REGISTER, {
    input: { email, name, password: 'a long passphrase' },
  });
  const graph = shop.stack.graph.as(opened.session!.accessToken);
  if (wants) await fillCart(graph, wants);
  return { ...(await enterWith(shop, opened.session, context)), email, graph };
}

/** A new customer who has ordered one of the product; answers them and the order's id. They have not gone anywhere yet. */
export async function enterWithOrder(
  shop: Storefront,
  productId: string,
  context: ContextOptions = {},
): Promise<{ readonly customer: Customer; readonly orderId: string }> {
  const customer = await enterAsCustomer(shop, { ...context, wants: productId });
  const { order, userErrors } = await checkOut(customer.graph);
  if (!order) throw new Error(`No order: ${JSON.stringify(userErrors)}`);
  return { customer, orderId: order.id };
}

/** Lets one operation wait, or fail, before it reaches the shop. */
export async function intercept(
  page: Page,
  operation: string,
  handle: (go: () => Promise<void>, fail: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await page.route('**/graphql', async (route) => {
    const body = route.request().postDataJSON() as { operationName?: string } | null;
    if (body?.operationName !== operation) return route.fallback();
    await handle(
      () => route.continue(),
      () => route.abort('connectionfailed'),
    );
  });
}
