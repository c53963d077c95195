import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createGraphClient, until } from '@cartograph/testing';
import type { Browser, Page } from 'playwright-core';
import { copyCheckout } from '../harness/checkout-copy.js';
import { findFreePorts, launch, processesOf, type Launcher } from '../harness/launcher.js';
import { describeInBrowser, openBrowser } from '../storefront/storefront.js';

describeInBrowser('npm run dev', () => {
  let checkout: string;
  let launcher: Launcher;
  let browser: Browser;
  let page: Page;
  let api: string;

  /** Saves a file of the checkout as an editor does. */
  const edit = (path: string, change: (text: string) => string) => {
    const file = join(checkout, path);
    const text = readFileSync(file, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`Nothing to change in ${path}.`);
    writeFileSync(file, changed);
  };
  const ask = (query: string) =>
    createGraphClient(api).query<{ categories: readonly { motto?: string }[] }>(query);

  beforeAll(async () => {
    checkout = copyCheckout();
    const port = await findFreePorts();
    api = `http://127.0.0.1:${port}/graphql`;
    // Two services are enough to see it, and sooner ready than all.
    launcher = launch(
      ['--watch', '--services', 'gateway,products', '--data', join(checkout, '.data'), '--port', `${port}`],
      {},
      checkout,
    );
    browser = await openBrowser();
    await launcher.ready();
    page = await browser.newPage();
    await page.goto(`${/Storefront +(\S+)/.exec(launcher.output())![1]}/products`);
    await page.locator('main h3').first().waitFor({ timeout: 60_000 });
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    launcher?.child.kill('SIGTERM');
    await launcher?.ended();
    rmSync(checkout, { recursive: true, force: true, maxRetries: 3 });
  });

  it('should show a changed component without loading the page again, and ask by a changed operation', async () => {
    await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
    edit('client/src/app/SearchBox.tsx', (text) =>
      text.replace('Search lamps, mugs, tents', 'Search what was changed'),
    );
    await page.getByPlaceholder('Search what was changed').waitFor({ timeout: 30_000 });
    expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);

    const asked = page.waitForRequest(
      (request) => /query Products.*isArchived/s.test(request.postData() ?? ''),
      { timeout: 60_000 },
    );
    edit('client/src/graphql/ProductCard.graphql', (text) =>
      text.replace('  sku\n', '  sku\n  isArchived\n'),
    );
    await asked;
    expect(readFileSync(join(checkout, 'client/src/graphql/ProductCard.generated.ts'), 'utf8')).toContain(
      'isArchived: boolean',
    );
  }, 120_000);

  it('should say what is wrong with a schema, and take up a right one with the resolver to it', async () => {
    const schema = 'subgraphs/products/schema.graphql';
    edit(schema, (text) => text.replace('type Category ', 'type Category @broken '));
    await until(() => /@broken/.test(launcher.output()), { what: 'word of the fault' });
    expect((await ask('{ categories { slug } }')).errors).toBeUndefined();

    edit('subgraphs/products/src/resolvers/category.ts', (text) =>
      text.replace(
        'id: ({ slug }) => slug,',
        'id: ({ slug }) => slug,\n    motto: ({ name }) => `${name}!`,',
      ),
    );
    edit(schema, (text) =>
      text
        .replace('type Category @broken ', 'type Category ')
        .replace('  slug: String!\n', '  slug: String!\n  "Said aloud."\n  motto: String\n'),
    );
    await until(async () => (await ask('{ categories { motto } }')).data?.categories[0]?.motto, {
      timeoutMs: 60_000,
      what: 'the new field',
    });
    const types = join(checkout, 'subgraphs/products/src/generated/graphql.ts');
    await until(() => readFileSync(types, 'utf8').includes('motto?:'), {
      timeoutMs: 90_000,
      what: 'its type',
    });
  }, 240_000);

  it('should leave no process behind on Ctrl-C', async () => {
    // A service may still be restarting after the change before.
    await until(() => processesOf(checkout).length > 4, {
      what: 'both services, their stores and the launcher',
    });
    launcher.child.kill('SIGINT');
    expect(await launcher.ended()).toBe(0);
    expect(processesOf(checkout)).toEqual([]);
  });
});
