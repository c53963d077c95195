import type { Page } from 'playwright-core';
import type { Storefront, Visitor } from '../storefront/storefront.js';

const LOGIN = `mutation ($input: LoginInput!) {
  login(input: $input) {
    session { accessToken accessTokenExpiresAt refreshToken user { id name email role } }
    userErrors { message }
  }
}`;

/** A browser that is signed in: by default as the sample shop's admin, in a session of its own. */
export async function openSignedIn(
  shop: Storefront,
  path: string,
  options: Parameters<Storefront['newVisitor']>[0] & { readonly email?: string } = {},
): Promise<Visitor> {
  const { email = 'ada@example.com', ...context } = options;
  const { login } = await shop.stack.graph.expectData<{ login: { session: object | null } }>(LOGIN, {
    input: { email, password: 'cartograph' },
  });
  const visitor = await shop.newVisitor(context);
  // Only once: renewals and signing out are the storefront's own from here on.
  await visitor.context.addInitScript(
    `localStorage.getItem('cartograph.session') ?? localStorage.setItem('cartograph.session', ${JSON.stringify(JSON.stringify(login.session))})`,
  );
  await visitor.page.goto(path);
  return visitor;
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
