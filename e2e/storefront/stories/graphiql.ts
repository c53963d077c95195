import { beforeAll, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { createProduct, signInAdmin } from '../../harness/shop.js';
import { story, type Storefront } from '../storefront.js';
import { enterWithOrder } from '../visitors.js';

/** Types into one of GraphiQL's editors, in place of what is there. */
async function typeInto(page: Page, editor: string, text: string): Promise<void> {
  await page.locator(`${editor} .monaco-editor:visible`).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

/** @param lifetimeMs how long the shop's access tokens live */
export const describeGraphiql = (lifetimeMs: number) => (shop: Storefront) =>
  story(shop, 'a stream in GraphiQL', () => {
    let page: Page;
    let token: string;
    let issuedAt: number;
    let orderId: string;

    /** Opens the stream with these headers; answers what the result pane says at first. */
    const watch = async (headers: object): Promise<string> => {
      await page.getByRole('button', { name: 'Headers' }).click();
      await typeInto(page, '.graphiql-editor-tool', JSON.stringify(headers));
      const before = await resultText();
      await page.getByRole('button', { name: /Execute query/ }).click();
      await until(async () => ![before, ''].includes(await resultText()), { what: 'a result' });
      return resultText();
    };
    const resultText = async () =>
      (await page.locator('.result-window').innerText()).replaceAll('\u00a0', ' ').replaceAll(/\s+/g, ' ');

    beforeAll(async () => {
      const entered = await enterWithOrder(shop, await createProduct(await signInAdmin(shop.stack), 5));
      orderId = entered.orderId;
      ({ page } = entered.customer);
      const { opened } = await shop.stack.graph.expectData<{ opened: { session: { accessToken: string } } }>(
        'mutation ($input: LoginInput!) { opened: login(input: $input) { session { accessToken } } }',
        { input: { email: entered.customer.email, password: 'a long passphrase' } },
      );
      [token, issuedAt] = [opened.session.accessToken, Date.now()];
      await page.goto('/graphiql');
      await typeInto(
        page,
        '.graphiql-query-editor',
        `subscription { orderStatusChanged(orderId: "${orderId}", after: "") { cursor } }`,
      );
    }, 120_000);

    it('should say at once, in words, that a token is missing, invalid or expired', async () => {
      expect(await watch({})).toMatch(
        /The stream was refused\. Unauthorized\. A stream needs an access token/,
      );
      expect(await watch({ Authorization: 'Bearer nonsense' })).toMatch(
        /The stream was refused\. Forbidden: the access token is invalid.*Put a valid access token into the Headers tab/,
      );
      await until(() => Date.now() - issuedAt > lifetimeMs, { timeoutMs: 60_000 });
      expect(await watch({ Authorization: `Bearer ${token}` })).toMatch(
        /The stream was refused\. Forbidden: the access token has expired/,
      );
      expect(await resultText()).not.toContain('isTrusted');
    }, 120_000);

    it('should say at once that the gateway cannot be reached', async () => {
      await page.context().setOffline(true);
      expect(await watch({ Authorization: `Bearer ${token}x` })).toMatch(
        /The gateway cannot be reached at ws:/,
      );
      await page.context().setOffline(false);
    }, 120_000);
  });
