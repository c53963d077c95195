import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkOut, createProduct, fillCart, registerCustomer } from '../harness/shop.js';
import { chromiumPath, startStorefront, type Storefront } from '../storefront/storefront.js';
import { openSignedIn } from './staff.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

(chromiumPath ? describe : describe.skip)('the pages of staff, for everybody', () => {
  let shop: Storefront;
  let paths: readonly string[];
  beforeAll(async () => {
    shop = await startStorefront({ notifications: { WEBHOOK_ALLOW_PRIVATE: 'true' } });
    const productId = await createProduct(shop.admin, 10);
    const customer = await registerCustomer(shop.stack);
    await fillCart(customer, productId);
    const { order } = await checkOut(customer);
    const { createWebhook } = await shop.admin.expectData<{ createWebhook: { webhook: { id: string } } }>(
      'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } } }',
      { input: { url: 'http://127.0.0.1:9/nobody', eventTypes: ['order.placed'] } },
    );
    paths = [
      'orders',
      `orders/${order!.id}`,
      'catalogue',
      'catalogue/new',
      `catalogue/${productId}`,
      'users',
      'webhooks',
      `webhooks/${createWebhook.webhook.id}`,
      'mail',
      'dead-letters',
      'charts',
    ];
  }, 180_000);
  afterAll(() => shop?.close());

  it.each([
    { look: 'light', width: 1280 },
    { look: 'dark', width: 360 },
  ] as const)(
    'should have nothing serious for axe, nor anything wider than the page, in $look and $width px',
    async ({ look, width }) => {
      const { page } = await openSignedIn(shop, '/admin', {
        colorScheme: look,
        viewport: { width, height: 800 },
        reducedMotion: 'reduce',
      });
      const barriers: string[] = [];
      for (const path of paths) {
        await page.goto(`/admin/${path}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.locator('.animate-pulse').first().waitFor({ state: 'detached' });
        await page.evaluate(axeSource);
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
          return (await axe.run()).violations;
        });
        for (const { id, impact, help, nodes } of violations)
          if (impact === 'serious' || impact === 'critical')
            barriers.push(`${path}: ${id}: ${help}: ${nodes[0]?.html}`);
        const tooWide = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        if (tooWide > 0) barriers.push(`${path}: ${tooWide} px too wide`);
      }
      expect(barriers).toEqual([]);
      await page.context().close();
    },
    180_000,
  );

  it('should move an order by keyboard alone', async () => {
    const { page } = await openSignedIn(shop, '/admin/orders');
    const ship = page.getByRole('button', { name: /^Ship CG-/ });
    await ship.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // The focus is back where it was.
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Mark delivered CG-/ }).waitFor();
    await page.context().close();
  }, 60_000);
});
