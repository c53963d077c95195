import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { openSignedIn } from '../visitors.js';
import { checkOut, fillCart, registerCustomer } from '../../harness/shop.js';
import { story, stockProduct, type Storefront } from '../storefront.js';
import { addToCart } from '../steps.js';

export const describeProblems = (shop: Storefront) =>
  story(shop, 'the storefront’s error messages', () => {
    /** The gateway may leave alone for some seconds what has failed it several times: a click before that fails as well. */
    const untilAsked = (query: string) =>
      until(async () => !(await shop.admin.query(query)).errors, { what: `an answer to ${query}` });

    it('should name the part that is down, keep the rest working, and recover on a click', async () => {
      const { page } = await shop.newVisitor();
      const { path } = await stockProduct(shop.admin, 3);
      await addToCart(page, path);
      await shop.stack.kill('products');
      await page.goto('/products');
      await page
        .locator('[data-problem=outage]')
        .getByText('We cannot reach the catalogue right now')
        .waitFor();
      // The cart is another service: its lines are still there, with the names they were added by.
      await page.getByRole('button', { name: 'Cart 1 piece' }).click();
      await page.getByRole('dialog').getByText('Test piece').waitFor();
      await page.getByRole('button', { name: 'Close the cart' }).click();
      await shop.stack.start('products');
      await untilAsked('{ products { totalCount } }');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('main h3').first().waitFor();
      expect(await page.locator('[data-problem]').count()).toBe(0);
    }, 120_000);

    it('should let staff go on while a part is down: name it, undo what failed, and recover', async () => {
      const { id } = await stockProduct(shop.admin, 3);
      const customer = await registerCustomer(shop.stack, 'Olga Outage');
      await fillCart(customer, id);
      const { order } = await checkOut(customer);
      const { page } = await openSignedIn(shop, '/admin/orders');
      const card = page.locator(`[data-column=PROCESSING] [data-order=${order!.number}]`);
      await card.getByText('Olga Outage').waitFor();

      // Accounts and messages are down: orders are shown without names, the other page says what is missing.
      await Promise.all([shop.stack.kill('users'), shop.stack.kill('notifications')]);
      await page.reload();
      await card.waitFor();
      expect(await card.getByText('Olga Outage').count()).toBe(0);
      await page.getByRole('link', { name: 'Sent mail' }).click();
      await page.locator('[data-problem=outage]').getByText('We cannot reach messages right now').waitFor();
      await Promise.all([shop.stack.start('users'), shop.stack.start('notifications')]);
      await untilAsked('{ me { id } notifications { totalCount } }');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('main details').first().waitFor();
      expect(await page.locator('[data-problem]').count()).toBe(0);

      // Orders are down: the click is undone, and works once they are back.
      await page.getByRole('link', { name: 'Orders', exact: true }).click();
      await page.locator('[data-connection=live]').waitFor();
      await shop.stack.kill('orders');
      const ship = async () => {
        await page.getByRole('button', { name: `Ship ${order!.number}` }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Ship' }).click();
      };
      await ship();
      await page
        .locator('[data-problem=outage]')
        .getByText('We cannot reach orders right now')
        .first()
        .waitFor();
      await card.waitFor();
      await shop.stack.start('orders');
      await untilAsked('{ orders { totalCount } }');
      await ship();
      // Only the shop's answer says what may be done next: the card itself has moved before.
      await page.getByRole('button', { name: `Mark delivered ${order!.number}` }).waitFor();
      await page.context().close();
    }, 120_000);

    it('should say that the network is gone when it is', async () => {
      const { page, context } = await shop.newVisitor();
      await page.goto('/products');
      await page.locator('main h3').first().waitFor();
      const first = await page.locator('main h3').count();
      const offline = page.locator('[data-problem=offline]');
      await context.setOffline(true);
      await page.getByRole('button', { name: 'Show more' }).click();
      await offline.getByText('You seem to be offline').waitFor();
      await context.setOffline(false);
      await until(async () => (await page.locator('main h3').count()) === 2 * first);

      await context.setOffline(true);
      await page.getByLabel('Sort by').selectOption('NAME');
      await offline.getByText('You seem to be offline').waitFor();
      await context.setOffline(false);
      await offline.waitFor({ state: 'detached' });
      await page.locator('main h3').first().waitFor();
    }, 120_000);

    it('should admit a fault and show the reference that finds it in the logs', async () => {
      const { page } = await shop.newVisitor();
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes('query Products')
          ? route.fulfill({
              json: {
                data: { products: null },
                errors: [
                  {
                    message: 'Internal error',
                    path: ['products'],
                    extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: 'abc123' },
                  },
                ],
              },
            })
          : route.fallback(),
      );
      await page.goto('/products');
      await page.locator('[data-problem=fault]').getByText('quote abc123').waitFor();
    }, 120_000);

    it('should show a fault, an outage and a lost network differently', async () => {
      const { page } = await shop.newVisitor();
      const refuse = (code: string) => ({ json: { errors: [{ message: 'No', extensions: { code } }] } });
      const faces: Record<string, string | null>[] = [];
      for (const [kind, answer] of [
        ['fault', refuse('INTERNAL_SERVER_ERROR')],
        ['outage', refuse('SUBGRAPH_UNREACHABLE')],
        ['offline', undefined],
      ] as const) {
        await page.route('**/graphql', (route) => (answer ? route.fulfill(answer) : route.abort()));
        await page.goto('/products');
        const place = `main [data-problem=${kind}]`;
        const notice = page.locator(place);
        await notice.getByRole('button', { name: 'Try again' }).waitFor();
        faces.push({
          colour: await page.evaluate<string>(
            `getComputedStyle(document.querySelector('${place}')).backgroundColor`,
          ),
          icon: await notice.locator('svg').innerHTML(),
          words: await notice.textContent(),
        });
        await page.unroute('**/graphql');
      }
      for (const feature of ['colour', 'icon', 'words'] as const)
        expect(new Set(faces.map((face) => face[feature])).size).toBe(3);
    });

    it('should say that nothing fits, that there is no such product, and that there is no such page', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/products?q=zzzzzz');
      await page.getByText('No products match all of that').waitFor();
      await page.goto('/products/NO-SUCH-THING');
      await page.getByRole('heading', { name: 'We do not have this' }).waitFor();
      await page.goto('/no/such/page');
      await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    }, 120_000);
  });
