import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { Page } from 'playwright-core';
import { story, type Storefront } from '../storefront.js';

const tiles = (page: Page) => page.locator('main a').filter({ has: page.locator('h3') });
/** Waits until the list and its counts answer the choices made: until then they are those of before. */
const waitForList = async (page: Page, filters: number) => {
  await page.getByText(new RegExp(`^${filters} filters? chosen`)).waitFor();
  await page.locator('section[aria-label=Products][aria-busy=false]').waitFor();
};
const waitForCount = (page: Page, count: number) =>
  page
    .getByRole('status')
    .getByText(new RegExp(`^${count} products?$`))
    .waitFor();

export const describeBrowsing = (shop: Storefront) =>
  story(shop, 'browsing the catalogue', () => {
    it('should narrow a department by filters that show how many products are left, and keep them in the address', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/');
      await page.getByRole('navigation', { name: 'Departments' }).getByText('Living').click();
      await page.getByRole('heading', { level: 1, name: 'Living' }).waitFor();
      const filters = page.getByRole('complementary', { name: 'Filters' });
      await waitForList(page, 1);
      for (const [index, group] of ['Material', 'Colour'].entries()) {
        const choice = filters.getByRole('group', { name: group }).locator('label').first();
        const count = Number(await choice.locator('span').last().textContent());
        await choice.click();
        await waitForList(page, index + 2);
        await waitForCount(page, count);
      }
      const found = await page.getByRole('status').textContent();
      await page.reload();
      await waitForList(page, 3);
      await page.getByRole('status').getByText(found!, { exact: true }).waitFor();
      await page.goBack();
      await waitForList(page, 2);
      const chips = page.getByRole('list', { name: 'Chosen filters' }).getByRole('button');
      expect(await chips.first().textContent()).toBe('Living×');
      expect(await chips.last().textContent()).toMatch(/^Material: /);
      await page.getByRole('button', { name: /^Remove filter Material: / }).click();
      await waitForList(page, 1);
      await page.goto('/products?category=living&a.material=Unobtainium');
      await waitForCount(page, 0);
      const counts = await filters
        .locator('label:has(input:not(:checked)) span:last-child')
        .allTextContents();
      expect(counts.length).toBeGreaterThan(0);
      expect(counts).not.toContain('0');
      await page.getByRole('button', { name: 'Remove filter Material: Unobtainium' }).click();
      await waitForList(page, 1);
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('heading', { level: 1, name: 'Everything' }).waitFor();
    });

    it('should sort the list and show more of it', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/products');
      await tiles(page).first().waitFor();
      const first = await tiles(page).count();
      await page.getByRole('button', { name: 'Show more' }).click();
      await until(async () => (await tiles(page).count()) === 2 * first);
      await page.getByLabel('Sort by').selectOption('PRICE_ASC');
      const prices = async () =>
        (await tiles(page).allTextContents()).map((text) =>
          Number(/€([\d.,]+)/.exec(text)![1]!.replace(',', '')),
        );
      await until(async () => {
        const shown = await prices();
        return (
          shown.length === first && shown.every((price, index) => index === 0 || shown[index - 1]! <= price)
        );
      });
    });

    it('should suggest products while typing, by keyboard, and leave the page only for what is chosen', async () => {
      const { page } = await shop.newVisitor();
      await page.goto('/');
      const box = page.getByRole('combobox', { name: 'Search the shop' });
      const options = page.getByRole('listbox', { name: 'Suggestions' }).getByRole('option');
      await box.fill('lamps');
      await options.filter({ hasText: /lamp/i }).first().waitFor();
      expect(await options.last().textContent()).toBe('All results for “lamps”');
      expect(new URL(page.url()).pathname).toBe('/');

      await box.press('Escape');
      await options.first().waitFor({ state: 'detached' });
      await box.press('ArrowDown');
      await options.first().waitFor();
      await box.press('ArrowUp');
      expect(await options.last().getAttribute('aria-selected')).toBe('true');
      await box.press('ArrowDown');
      expect(await box.getAttribute('aria-activedescendant')).toBe(null);
      await box.press('ArrowDown');
      expect(await box.getAttribute('aria-activedescendant')).toBe(await options.first().getAttribute('id'));
      const title = await options.first().locator('span').first().textContent();
      await box.press('Enter');
      await page.getByRole('heading', { level: 1, name: title! }).waitFor();
      expect(await box.inputValue()).toBe('');

      await box.fill('scarves');
      await options.filter({ hasText: 'Cashmere scarf' }).click();
      await page.getByRole('heading', { level: 1, name: 'Cashmere scarf' }).waitFor();
      await box.fill('scarves');
      await options.last().click();
      await page.getByRole('heading', { name: 'Results for “scarves”' }).waitFor();
    });

    it('should lose no letter that is typed while the list is loading', async () => {
      const { page } = await shop.newVisitor();
      let arrive = () => {};
      const onItsWay = new Promise<void>((resolve) => (arrive = resolve));
      let release = () => {};
      const held = new Promise<void>((resolve) => (release = resolve));
      await page.route('**/CataloguePage-*.js', async (route) => {
        arrive();
        await held;
        await route.continue();
      });
      await page.goto('/');
      const box = page.getByLabel('Search the shop');
      await box.pressSequentially('la');
      await box.press('Enter');
      await onItsWay;
      await box.pressSequentially('mp');
      release();
      await page.getByRole('heading', { name: 'Results for “lamp”' }).waitFor();
      expect(await box.inputValue()).toBe('lamp');
    });

    it('should show pictures under any host name of the shop', async () => {
      const byNumber = shop.stack.url('gateway');
      expect(new URL(byNumber).hostname).toBe('127.0.0.1');
      const { page, faults } = await shop.newVisitor({ baseURL: byNumber });
      await page.goto('/products');
      await tiles(page).first().waitFor();
      await until(() => page.evaluate<boolean>("document.querySelector('main img').naturalWidth > 0"));
      await tiles(page).first().click();
      const more = page.getByRole('region', { name: /^More from/ });
      await more.scrollIntoViewIfNeeded();
      await until(() =>
        more
          .locator('img')
          .first()
          .evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth > 0),
      );
      expect(faults).toEqual([]);
    });
  });
