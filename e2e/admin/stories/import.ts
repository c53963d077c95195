import { expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { createProduct } from '../../harness/shop.js';
import { story, type Storefront } from '../../storefront/storefront.js';
import { openSignedIn } from '../../storefront/visitors.js';

export const describeImport = (shop: Storefront) =>
  story(shop, 'the import page', () => {
    it('should show errors by line, then a preview field by field, and import exactly that, by keyboard', async () => {
      const productId = await createProduct(shop.admin, 10);
      const read = async () =>
        (
          await shop.admin.expectData<{ product: { sku: string; price: { amount: string } } }>(
            'query ($id: ID!) { product(id: $id) { sku price { amount } } }',
            { id: productId },
          )
        ).product;
      const { sku, price } = await read();
      const { page } = await openSignedIn(shop, '/admin/catalogue');
      await page.getByRole('link', { name: 'Import' }).click();
      const choose = (text: string) =>
        page
          .getByLabel('CSV file')
          .setInputFiles({ name: 'prices.csv', mimeType: 'text/csv', buffer: Buffer.from(text, 'latin1') });
      const showPreview = async () => {
        await page.getByRole('button', { name: 'Show preview' }).focus();
        await page.keyboard.press('Enter');
      };

      await showPreview();
      await page.getByText('Choose a file.').waitFor();
      await choose(`Artikelnummer;Preis\r\n${sku};1.234\r\n`);
      await showPreview();
      await page.getByRole('heading', { name: '1 error in prices.csv' }).waitFor();
      await page
        .getByRole('row', { name: /^2 price: expected an amount in EUR .* may mean 1234 or 1\.234/ })
        .waitFor();
      expect(await page.getByRole('button', { name: /^Import/ }).count()).toBe(0);

      await choose(`Artikelnummer;Preis\r\n${sku};1.234,50 EUR\r\n`);
      await showPreview();
      const row = page.getByRole('row').filter({ hasText: sku });
      await row.getByText('1234.50').waitFor();
      expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toContain(`price ${price.amount} → 1234.50`);
      expect(await read()).toEqual({ sku, price });

      // Someone else changes the price between the preview and the import.
      await shop.admin.expectData(
        'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { userErrors { message } } }',
        { input: { productId, price: { amount: '7.00', currency: 'EUR' } } },
      );
      await page.getByRole('button', { name: 'Import 1 product' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('have changed since the preview').waitFor();
      await row.getByText('7.00', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Import 1 product' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Import finished' }).waitFor();
      await page.getByText('0 new, 1 changed, 0 unchanged.').waitFor();
      await until(async () => (await read()).price.amount === '1234.50');
      await page.context().close();
    });
  });
