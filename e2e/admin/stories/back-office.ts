import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { Redis } from 'ioredis';
import { Webhook } from 'standardwebhooks';
import { checkOut, createProduct, fillCart, registerCustomer, stockOf } from '../../harness/shop.js';
import { story, type Storefront } from '../../storefront/storefront.js';
import { openSignedIn } from '../../storefront/visitors.js';

interface Received {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Somebody else's server that is told of events. */
async function startReceiver(): Promise<{ server: Server; url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      });
      response.end('thank you');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

export const describeBackOffice = (shop: Storefront) =>
  story(shop, 'the pages of staff', () => {
    it('should adjust stock with a reason, and refuse what would go below zero', async () => {
      const productId = await createProduct(shop.admin, 7);
      const { page } = await openSignedIn(shop, `/admin/catalogue/${productId}`);
      const form = page.getByRole('form', { name: 'Adjust stock' });
      const available = page.locator('[data-stock=available]');
      await form.getByLabel('Add or remove').fill('+12');
      await form.getByLabel('Reason').fill('A delivery');
      await form.getByRole('button', { name: 'Adjust' }).click();
      await page.getByRole('list', { name: 'Stock changes' }).getByText('A delivery').waitFor();
      await available.getByText('19', { exact: true }).waitFor();
      expect(await stockOf(shop.admin, productId)).toBe(19);

      await form.getByLabel('Add or remove').fill('-20');
      await form.getByLabel('Reason').fill('Counted wrong');
      await form.getByRole('button', { name: 'Adjust' }).click();
      await until(async () => (await form.locator('[aria-invalid=true], [role=alert]').count()) > 0);
      expect(await form.getByLabel('Reason').inputValue()).toBe('Counted wrong');
      expect(await available.textContent()).toBe('19');
      await page.context().close();
    });

    it('should lose nothing when two colleagues change the same product', async () => {
      const productId = await createProduct(shop.admin, 1);
      const path = `/admin/catalogue/${productId}`;
      const [first, second] = [(await openSignedIn(shop, path)).page, (await openSignedIn(shop, path)).page];
      const save = (page: typeof first) => page.getByRole('button', { name: 'Save', exact: true }).click();
      await second.getByLabel('Name', { exact: true }).fill('Renamed by the second');

      await first.getByLabel('Price in EUR').fill('9.90');
      await first.getByLabel('Name', { exact: true }).fill('Renamed by the first');
      await save(first);
      await first.getByText('Saved.').waitFor();

      await save(second);
      const conflict = second.locator('[data-problem=conflict]');
      await conflict.getByText('Theirs: “9.90”').waitFor();
      expect(await conflict.textContent()).toContain('yours: “Renamed by the second”');
      await conflict.getByRole('button', { name: 'Apply my changes on top' }).click();
      await until(async () => (await second.getByLabel('Price in EUR').inputValue()) === '9.90');
      await save(second);
      await second.getByText('Saved.').waitFor();
      const { product } = await shop.admin.expectData<{ product: unknown }>(
        'query ($id: ID!) { product(id: $id) { name version price { amount } } }',
        { id: productId },
      );
      expect(product).toEqual({ name: 'Renamed by the second', version: 3, price: { amount: '9.90' } });
      await Promise.all([first.context().close(), second.context().close()]);
    });

    it('should create a product, showing what is wrong beside its field, and archive it', async () => {
      const { page } = await openSignedIn(shop, '/admin/catalogue/new');
      await page.getByLabel('SKU').fill('no <sku>');
      await page.getByLabel('Name', { exact: true }).fill('Oak stool');
      await page.getByLabel('Description').fill('Three legs.');
      await page.getByLabel('Category').selectOption({ index: 1 });
      await page.getByLabel('Price in').fill('49.00');
      await page.getByLabel('Units in stock').fill('4');
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.locator('[aria-invalid=true]').first().waitFor();
      expect(await page.getByLabel('SKU').getAttribute('aria-invalid')).toBe('true');
      expect(await page.getByLabel('Description').inputValue()).toBe('Three legs.');
      await page.getByLabel('SKU').fill(`STOOL-${Date.now()}`);
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.getByRole('heading', { level: 1, name: 'Oak stool' }).waitFor();
      await page.getByRole('button', { name: 'Archive' }).click();
      await page.getByText('Archived: can be read, not bought').waitFor();
      await page.getByRole('button', { name: 'Restore to the catalogue' }).click();
      await page.getByRole('button', { name: 'Archive' }).waitFor();
      await page.context().close();
    });

    it('should create a webhook, show its secret once, deliver, and deliver again by hand', async () => {
      const { server, url, received } = await startReceiver();
      try {
        const { page } = await openSignedIn(shop, '/admin/webhooks');
        await page.getByRole('button', { name: 'New webhook' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Address').fill('not an address');
        await dialog.getByLabel('order.placed').check();
        await dialog.getByRole('button', { name: 'Create' }).click();
        await dialog.locator('[aria-invalid=true]').waitFor();
        await dialog.getByLabel('Address').fill(url);
        await dialog.getByRole('button', { name: 'Create' }).click();
        const secret = (await page.locator('[data-secret]').textContent())!;
        await page.getByRole('button', { name: 'I have saved it' }).click();
        await page.locator('[data-secret]').waitFor({ state: 'detached' });
        expect(await page.content()).not.toContain(secret);

        const customer = await registerCustomer(shop.stack);
        await fillCart(customer, await createProduct(shop.admin, 3));
        expect((await checkOut(customer)).order).not.toBeNull();
        await page.getByRole('link', { name: url }).click();
        const delivery = page.locator('[data-delivery]');
        await delivery.getByText('Succeeded').waitFor();
        await delivery.getByText('1 try').waitFor();

        await delivery.getByRole('button', { name: 'Deliver again' }).click();
        await delivery.getByText('2 tries').waitFor();
        await until(() => received.length === 2);
        const [once, again] = received;
        expect(again!.headers['webhook-id']).toBe(once!.headers['webhook-id']);
        for (const { headers, body } of received)
          expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'order.placed' });

        await delivery.getByText('Attempts and payload').click();
        await delivery.getByText('thank you').first().waitFor();
        await page.getByRole('button', { name: 'New secret' }).click();
        expect(await page.locator('[data-secret]').textContent()).not.toBe(secret);
        await page.getByRole('button', { name: 'I have saved it' }).click();
        await page.getByRole('button', { name: 'Disable' }).click();
        await page.getByRole('button', { name: 'Enable' }).waitFor();
        await page.getByRole('button', { name: 'Delete …' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await page.getByText('No webhooks yet').waitFor();
        await page.context().close();
      } finally {
        server.close();
        server.closeAllConnections();
      }
    });

    it('should deliver a dead letter again, and show it again if it fails once more', async () => {
      // What no service can read goes to the dead letters of each that listens to orders.
      const redis = new Redis(shop.stack.storeUrl('notifications', 'REDIS_URL'));
      const { page } = await openSignedIn(shop, '/admin/dead-letters');
      try {
        await page.getByText('None. Every event was handled.').waitFor();
        await redis.xadd(
          'events:{orders}',
          '*',
          'type',
          'order.placed',
          'key',
          'x',
          'event',
          '{"id":"broken"}',
        );
        const letters = page.locator('[data-letter]').filter({ hasText: 'for notifications' });
        await until(async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return (await letters.count()) === 1;
        });
        const id = (await letters.getAttribute('data-letter'))!;
        await letters.getByText('Event content').click();
        await letters.getByText('broken').first().waitFor();
        await letters.getByRole('button', { name: 'Replay' }).click();
        await page.getByText('Handed to notifications again.').waitFor();
        await page.locator(`[data-letter="${id}"]`).waitFor({ state: 'detached' });
        await until(async () => {
          await page.getByRole('button', { name: 'Refresh' }).click();
          return (await letters.count()) === 1;
        });
        expect(await letters.getAttribute('data-letter')).not.toBe(id);
      } finally {
        redis.disconnect();
        await page.context().close();
      }
    });

    it('should refund once if the response is lost and the dialog is opened again', async () => {
      const customer = await registerCustomer(shop.stack, 'Rita Refund');
      await fillCart(customer, await createProduct(shop.admin, 3));
      const { order } = await checkOut(customer);
      const { page } = await openSignedIn(shop, `/admin/orders/${order!.id}`);
      const refund = async () => {
        await page.getByRole('button', { name: 'Refund …' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByLabel('Amount').fill('1.50');
        await dialog.getByLabel('Reason').fill('A dent');
        await dialog.getByRole('button', { name: 'Refund' }).click();
        return dialog;
      };
      await page.route('**/graphql', async (route) => {
        if (!route.request().postData()?.includes('mutation AdminRefundPayment')) return route.fallback();
        await route.fetch();
        await route.abort('connectionreset');
      });
      const unanswered = await refund();
      await unanswered.locator('[data-problem=offline]').waitFor();
      await page.unrouteAll({ behavior: 'wait' });
      await page.keyboard.press('Escape');
      await unanswered.waitFor({ state: 'detached' });

      await (await refund()).waitFor({ state: 'detached' });
      await page.getByText('“A dent”').waitFor();
      const refunds = async () => {
        const { order: now } = await shop.admin.expectData<{
          order: { payment: { refunds: { amount: { amount: string } }[] } };
        }>('query ($id: ID!) { order(id: $id) { payment { refunds { amount { amount } } } } }', {
          id: order!.id,
        });
        return now.payment.refunds.map(({ amount }) => amount.amount);
      };
      expect(await refunds()).toEqual(['1.50']);
      // What was answered is over: the same once more is another refund.
      await (await refund()).waitFor({ state: 'detached' });
      await until(async () => (await refunds()).length === 2);
      await page.context().close();
    }, 120_000);

    it('should find accounts, change their roles, and undo a change that the shop refuses', async () => {
      const { page } = await openSignedIn(shop, '/admin/users');
      await page.getByLabel('Search by name or e-mail').fill('lovelace');
      await page.getByText('1 account', { exact: true }).waitFor();
      // The only administrator: she may not lock everybody out.
      const role = page.getByLabel('Role of Ada Lovelace');
      await role.selectOption('CUSTOMER');
      await page.getByRole('alert').waitFor();
      await until(async () => (await role.inputValue()) === 'ADMIN');
      await page.getByLabel('Search by name or e-mail').fill('carl');
      await page.getByRole('button', { name: 'Deactivate Carl' }).click();
      await page.getByRole('button', { name: 'Activate Carl' }).waitFor();
      await page.getByRole('button', { name: 'Activate Carl' }).click();
      await page.getByRole('button', { name: 'Deactivate Carl' }).waitFor();
      await page.context().close();
    });

    it('should show sent mail with its text, and the last hour with its figures', async () => {
      const customer = await registerCustomer(shop.stack, 'Mona Mail');
      await fillCart(customer, await createProduct(shop.admin, 3));
      const { order } = await checkOut(customer);
      const { page, faults } = await openSignedIn(shop, '/admin/mail');
      const mail = page.locator('details').filter({ hasText: order!.number }).first();
      await until(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click();
        return (await mail.count()) > 0;
      });
      await mail.locator('summary').click();
      await mail.locator('p').first().waitFor();

      await page.getByRole('link', { name: 'Last hour' }).click();
      await page.locator('[data-figure=Revenue]').getByText('€').waitFor();
      await page.locator('svg.recharts-surface').first().waitFor();
      await page
        .locator('[data-figure=Orders]')
        .getByText(/^[1-9]/)
        .waitFor();
      await page.locator('[data-figure=Latency]').getByText('ms').waitFor({ timeout: 60_000 });
      expect(faults).toEqual([]);
      await page.context().close();
    }, 120_000);

    it('should explain to customers that these pages are for staff', async () => {
      const { page } = await openSignedIn(shop, '/admin/orders', { email: 'carl@example.com' });
      await page.getByRole('heading', { name: 'This part is for staff' }).waitFor();
      await page.getByRole('link', { name: 'Back to the shop' }).click();
      await page.locator('main h1').first().waitFor();
      await page.context().close();
    });
  });
