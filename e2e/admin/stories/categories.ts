import { it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { story, type Storefront } from '../../storefront/storefront.js';
import { openSignedIn } from '../../storefront/visitors.js';

export const describeCategories = (shop: Storefront) =>
  story(shop, 'the pages of categories', () => {
    it('should open a department, and sell in it a product in two sizes that customers choose between', async () => {
      const stamp = Date.now();
      const { page } = await openSignedIn(shop, '/admin/catalogue');
      await page.getByRole('link', { name: 'Categories' }).click();
      await page.getByRole('link', { name: 'New category' }).click();
      await page.getByLabel('Name', { exact: true }).fill(`Sheds ${stamp}`);
      await until(async () => (await page.getByLabel('Slug').inputValue()) === `sheds-${stamp}`);
      await page.getByLabel('Belongs to').selectOption('garden');
      await page.getByRole('button', { name: 'Add a property' }).click();
      await page.getByRole('textbox', { name: 'Property' }).fill('Size');
      await page.getByLabel('Its values').selectOption('CHOICE');
      await page.getByRole('button', { name: 'Add it to the shop' }).click();
      await page.getByText('An attribute of type CHOICE needs options.').waitFor();
      await page.getByLabel('The values, one per line').fill('Small\nLarge');
      await page.getByRole('button', { name: 'Add it to the shop' }).click();
      await page.getByRole('cell', { name: `Sheds ${stamp}` }).waitFor();

      await page.goto('/admin/catalogue/new');
      await page.getByLabel('SKU').fill(`SHED-${stamp}`);
      await page.getByLabel('Name', { exact: true }).fill('Tool shed');
      await page.getByLabel('Category').selectOption(`sheds-${stamp}`);
      await page.getByLabel('Price in').fill('a lot');
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.getByText('Enter an amount such as 12.50.').waitFor();
      await page.getByLabel('Price in').fill('490.00');
      await page.getByLabel('Units in stock').fill('2');
      await page.getByRole('combobox', { name: 'Size', exact: true }).selectOption('Small');
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tool shed' }).waitFor();

      await page.getByRole('link', { name: 'Add a variant' }).click();
      await page.getByLabel('SKU').fill(`SHED-${stamp}-L`);
      await page.getByLabel('Units in stock').fill('1');
      await page.getByLabel('Price in').fill('690.00');
      await page.getByRole('checkbox', { name: 'Size' }).check();
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.getByText('This variant already exists').waitFor();
      await page.getByRole('combobox', { name: 'Size', exact: true }).selectOption('Large');
      await page.getByRole('button', { name: 'Add it to the catalogue' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tool shed, Large' }).waitFor();
      await page.getByRole('navigation', { name: 'Variants' }).getByText('Tool shed, Small').waitFor();

      await page.getByRole('link', { name: 'See it in the shop' }).click();
      await page.getByText('€690.00').waitFor();
      await page.getByRole('list', { name: 'Size' }).getByRole('link', { name: 'Small' }).click();
      await page.getByText('€490.00').waitFor();
      await page.context().close();
    });

    it('should change what a category asks for, five levels down, where customers get step by step', async () => {
      const stamp = Date.now();
      const way = ['garden', ...['tools', 'cutting', 'saws'].map((name) => `${name}-${stamp}`)];
      for (const [index, slug] of way.slice(1).entries())
        await shop.admin.expectData(
          'mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { userErrors { message } } }',
          { input: { slug, name: slug, parent: way[index] } },
        );
      const { page } = await openSignedIn(shop, '/admin/catalogue/categories/new');
      const lowest = `bow-saws-${stamp}`;
      await page.getByLabel('Name', { exact: true }).fill(lowest);
      await page.getByLabel('Belongs to').selectOption(way.at(-1)!);
      await page.getByRole('button', { name: 'Add it to the shop' }).click();
      await page.getByRole('link', { name: lowest }).waitFor();
      await shop.admin.expectData(
        'mutation ($input: CreateProductInput!) { createProduct(input: $input) { userErrors { message } } }',
        {
          input: {
            sku: `SAW-${stamp}`,
            name: 'Bow saw',
            description: 'Cuts.',
            category: lowest,
            price: { amount: '29.00', currency: 'EUR' },
            stock: 3,
            attributes: [{ name: 'grip', value: 'Oak' }],
          },
        },
      );

      await page.getByRole('link', { name: lowest }).click();
      await page.getByRole('button', { name: 'Add a property' }).click();
      await page.getByLabel('Property', { exact: true }).fill('Grip');
      await page.getByLabel('Its values').selectOption('CHOICE');
      await page.getByLabel('The values, one per line').fill('Ash');
      const save = page.getByRole('button', { name: 'Save the properties' });
      await save.click();
      await page.getByText('Products have values that are not among the options: "Oak" (1).').waitFor();
      await page.getByLabel('The values, one per line').fill('Ash\nOak, oiled\nOak');
      await save.click();
      await page.getByText('Saved.').waitFor();
      await page.getByLabel('Property', { exact: true }).fill('Handle');
      await save.click();
      await page.getByText('Saved.').waitFor();

      await page.goto('/products?category=garden');
      for (const name of [...way.slice(1), lowest]) {
        await page.getByRole('navigation', { name: /^In / }).getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
      }
      await page
        .getByRole('navigation', { name: 'Breadcrumb' })
        .getByRole('link', { name: way[3]! })
        .waitFor();
      const handles = page.getByRole('complementary').getByRole('group', { name: 'Handle' });
      // Not check(): what is chosen stands in the address, which follows a moment later.
      await handles.getByRole('checkbox', { name: 'Oak 1' }).click();
      await page.getByText('2 filters chosen').waitFor();
      await page.locator('section[aria-label=Products][aria-busy=false]').getByText('Bow saw').waitFor();
      await page.context().close();
    });

    it('should rename, move and delete a category, saying what is in the way and what a colleague did', async () => {
      const slug = `attic-${Date.now()}`;
      await shop.admin.expectData(
        'mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { userErrors { message } } }',
        { input: { slug, name: 'Attic', parent: 'office' } },
      );
      const { page } = await openSignedIn(shop, '/admin/catalogue/categories');
      await page.getByRole('link', { name: 'Attic' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Loft');
      await shop.admin.expectData(
        'mutation ($input: UpdateCategoryInput!) { updateCategory(input: $input) { userErrors { message } } }',
        { input: { slug, name: 'Garret' } },
      );
      await page.getByRole('button', { name: 'Save name and description' }).click();
      await page.getByText('It is called “Garret” now').waitFor();
      await page.getByRole('button', { name: 'Save name and description' }).click();
      await page.getByText('Saved.').waitFor();
      await page.getByRole('heading', { level: 1, name: 'Loft' }).waitFor();

      // To the top, before all others: where customers see it at once.
      await page.getByLabel('Belongs to').selectOption('');
      await page.getByLabel('Position').selectOption({ label: 'First' });
      await page.getByRole('button', { name: 'Move it' }).click();
      await page.getByText('Moved.').waitFor();
      await page.getByRole('link', { name: 'See it in the shop' }).click();
      const departments = page.getByRole('navigation', { name: 'Departments' });
      await departments.locator('li').first().getByText('Loft', { exact: true }).waitFor();

      const remove = async (path: string) => {
        await page.goto(`/admin/catalogue/categories/${path}/edit`);
        await page.getByRole('button', { name: 'Delete …' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      };
      await remove('lighting');
      await page
        .getByRole('alert')
        .getByText(/it contains \d+ products/)
        .waitFor();
      await remove('living');
      await page
        .getByRole('alert')
        .getByText(/has the subcategory "Lighting"/)
        .waitFor();
      await remove(slug);
      await page.getByRole('heading', { level: 1, name: 'Categories' }).waitFor();
      await page.getByRole('link', { name: 'Cookware' }).waitFor();
      await page.getByRole('link', { name: 'Loft' }).waitFor({ state: 'detached' });
    });
  });
