import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

let count = 0;
/** Adds a category; answers its slug. */
async function addCategory(name: string, parent?: string): Promise<string> {
  const slug = `${name.toLowerCase()}-${(count += 1)}`;
  const { createCategory } = await shop.staff(
    'mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { userErrors { message } } }',
    { input: { slug, name, parent } },
  );
  expect(createCategory.userErrors).toEqual([]);
  return slug;
}
const change = async (mutation: 'updateCategory' | 'moveCategory' | 'deleteCategory', input: object) => {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const fields =
    mutation === 'deleteCategory'
      ? 'deletedCategoryId'
      : 'category { slug name version path { slug } children { slug } }';
  const answer = await shop.staff(
    `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { ${fields} userErrors { code message field } } }`,
    { input },
  );
  return answer.result;
};
const search = async (words: string, category?: string): Promise<string[]> => {
  const { products } = await shop.staff(
    'query ($filter: ProductFilter) { products(filter: $filter) { nodes { sku } } }',
    { filter: { search: words, ...(category && { categories: [category] }) } },
  );
  return products.nodes.map(({ sku }: { sku: string }) => sku);
};

// This comes first, because it reads the whole tree, to which the other tests add.
describe('categories', () => {
  it('should form a tree, count the products below them and pass on their attributes', async () => {
    await shop.staff(
      'mutation { createCategory(input: { slug: "tree", name: "Tree", attributes: [{ name: "height", type: NUMBER, unit: "m" }] }) { userErrors { code } } }',
    );
    await shop.staff(
      'mutation { createCategory(input: { slug: "branch", name: "Branch", parent: "tree" }) { userErrors { code } } }',
    );
    await shop.addProduct({ category: 'branch' });
    const { data } = await shop.ask(
      '{ category(slug: "branch") { name parent { slug } path { slug } productCount attributes { name label type unit } } categories { slug productCount children { slug } } }',
    );
    expect(data).toEqual({
      category: {
        name: 'Branch',
        parent: { slug: 'tree' },
        path: [{ slug: 'tree' }, { slug: 'branch' }],
        productCount: 1,
        attributes: [{ name: 'height', label: 'height', type: 'NUMBER', unit: 'm' }],
      },
      categories: [
        { slug: 'things', productCount: expect.any(Number), children: [] },
        { slug: 'tree', productCount: 1, children: [{ slug: 'branch' }] },
      ],
    });
  });

  it('should refuse a slug that is taken and an unknown parent', async () => {
    const create =
      'mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { slug } userErrors { code field } } }';
    expect(await shop.staff(create, { input: { slug: 'things', name: 'Again' } })).toEqual({
      createCategory: { category: null, userErrors: [{ code: 'SLUG_TAKEN', field: ['slug'] }] },
    });
    expect(
      await shop.staff(create, { input: { slug: 'Bad Slug', name: '', parent: 'nowhere' } }),
    ).toMatchObject({
      createCategory: {
        userErrors: [
          { field: ['slug'] },
          { code: 'CATEGORY_NOT_FOUND', field: ['parent'] },
          { field: ['name'] },
        ],
      },
    });
  });
});

describe('staff who rearrange the shop', () => {
  it('should rename a category, and customers find its products by the new name', async () => {
    const lamps = await addCategory('Lamps');
    const small = await addCategory('Small', lamps);
    const { sku } = await shop.addProduct({ category: small, name: 'Glow worm' });
    const size = {
      name: 'Bulb',
      attributes: [{ name: 'size', value: 'S' }],
      variant: { group: 'bulb', options: ['size'] },
    };
    await shop.addProduct({ category: lamps, sku: 'BULB-S', ...size });
    await shop.addProduct({
      category: lamps,
      sku: 'BULB-L',
      ...size,
      attributes: [{ name: 'size', value: 'L' }],
    });
    const { category } = await change('updateCategory', {
      slug: lamps,
      name: 'Illumination',
      description: 'Light.',
    });
    expect(category.name).toBe('Illumination');
    expect((await search('illumination')).toSorted()).toEqual(['BULB-S', sku]);
    // Also by the words of a sibling, as before.
    expect(await search('illumination bulb-l')).toEqual(['BULB-S']);
    expect(await change('updateCategory', { slug: lamps, name: ' ' })).toMatchObject({
      category: null,
      userErrors: [{ code: 'INVALID_INPUT', field: ['name'] }],
    });
    expect(await change('updateCategory', { slug: 'nowhere', name: 'X' })).toMatchObject({
      userErrors: [{ code: 'CATEGORY_NOT_FOUND', field: ['slug'] }],
    });
  });

  it('should refuse a change of a category that a colleague has changed since, and return the current one', async () => {
    const slug = await addCategory('Rugs');
    const rename = (name: string, version?: number) => change('updateCategory', { slug, version, name });
    expect(await rename('Carpets', 1)).toMatchObject({ category: { version: 2 }, userErrors: [] });
    expect(await rename('Mats', 1)).toMatchObject({
      category: { name: 'Carpets', version: 2 },
      userErrors: [{ code: 'CONFLICT', field: ['version'] }],
    });
    // Its position is not part of the version.
    await change('moveCategory', { slug, position: 0 });
    const answers = await Promise.all([1, 2, 3, 4].map((n) => rename(`Runners ${n}`, 2)));
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(await rename('Rugs')).toMatchObject({ category: { version: 4 }, userErrors: [] });
  });

  it('should change the attributes that a category defines, unless values of products do not match', async () => {
    const slug = await addCategory('Shirts');
    const below = await addCategory('Polo', slug);
    const size = (more: object) => ({ name: 'size', label: 'Size', type: 'CHOICE', ...more });
    const attributesOf = async (of: string) => {
      const { category } = await shop.staff(
        'query ($slug: String!) { category(slug: $slug) { attributes { name label options } ownAttributes { name } } }',
        { slug: of },
      );
      return category;
    };
    const update = (attributes: object[]) => change('updateCategory', { slug, attributes });
    expect((await update([size({ options: ['S', 'M'] })])).userErrors).toEqual([]);
    expect(await attributesOf(below)).toEqual({
      attributes: [{ name: 'size', label: 'Size', options: ['S', 'M'] }],
      ownAttributes: [],
    });
    const { id } = await shop.addProduct({
      category: below,
      attributes: [{ name: 'size', value: 'M' }],
    });
    expect((await update([size({ options: ['S', 'L'] })])).userErrors).toEqual([
      {
        code: 'INVALID_INPUT',
        field: ['attributes', '0', 'options'],
        message:
          'Products have values that are not among the options: "M" (1). Keep these options, or change the products first.',
      },
    ]);
    expect((await update([size({ type: 'NUMBER' })])).userErrors).toMatchObject([
      { field: ['attributes', '0', 'type'] },
    ]);
    expect((await update([size({ options: ['M'] }), size({ options: ['M'] })])).userErrors).toMatchObject([
      { field: ['attributes', '1', 'name'] },
    ]);

    // The nearest definition counts.
    await change('updateCategory', { slug: below, attributes: [{ name: 'size', label: 'Cut' }] });
    expect((await update([size({ label: 'Fit', options: ['S', 'L'] })])).userErrors).toEqual([]);
    await change('updateCategory', { slug: below, attributes: [] });
    expect((await attributesOf(below)).attributes).toEqual([
      { name: 'size', label: 'Fit', options: ['S', 'L'] },
    ]);

    // The values of a removed attribute stay with the products as free text.
    expect((await update([])).userErrors).toEqual([]);
    const { product } = await shop.staff(
      'query ($id: ID!) { product(id: $id) { attributes { name value } } }',
      { id },
    );
    expect(product.attributes).toEqual([{ name: 'size', value: 'M' }]);
  });

  it('should move a category with its products and subcategories to a position among its new siblings', async () => {
    const [home, yard] = [await addCategory('Home'), await addCategory('Yard')];
    const [first, second] = [await addCategory('First', yard), await addCategory('Second', yard)];
    const moved = await addCategory('Moved', home);
    const below = await addCategory('Below', moved);
    const { sku } = await shop.addProduct({ category: below, name: 'Traveller' });

    const { category } = await change('moveCategory', { slug: moved, parent: yard, position: 1 });
    expect(category.path).toEqual([{ slug: yard }, { slug: moved }]);
    const { category: place } = await shop.staff(
      'query ($slug: String!) { category(slug: $slug) { children { slug } } }',
      {
        slug: yard,
      },
    );
    expect(place.children.map(({ slug }: { slug: string }) => slug)).toEqual([first, moved, second]);
    expect(await search('traveller', yard)).toEqual([sku]);
    expect(await search('traveller', home)).toEqual([]);
    expect(await search('traveller yard')).toEqual([sku]);
    const { allCategories } = await shop.staff('{ allCategories { slug } }');
    const slugs = allCategories.map(({ slug }: { slug: string }) => slug);
    expect(slugs.slice(slugs.indexOf(yard))).toEqual([yard, first, moved, below, second]);
    expect((await change('moveCategory', { slug: below, parent: null })).category.path).toEqual([
      { slug: below },
    ]);
  });

  it('should refuse to move a category below itself, to an unknown parent, or too deep', async () => {
    const top = await addCategory('Top');
    let lowest = top;
    for (let depth = 2; depth <= 4; depth += 1) lowest = await addCategory('Deep', lowest);
    const other = await addCategory('Other');
    await addCategory('Under', other);
    expect((await change('moveCategory', { slug: top, parent: lowest })).userErrors).toEqual([
      {
        code: 'INVALID_INPUT',
        field: ['parent'],
        message: '"Top" cannot be moved into itself or one of its subcategories.',
      },
    ]);
    expect((await change('moveCategory', { slug: top, parent: 'nowhere' })).userErrors).toMatchObject([
      { code: 'CATEGORY_NOT_FOUND', field: ['parent'] },
    ]);
    expect((await change('moveCategory', { slug: other, parent: lowest })).userErrors).toEqual([
      {
        code: 'INVALID_INPUT',
        field: ['parent'],
        message: 'Categories can be nested at most 5 levels deep.',
      },
    ]);
    expect((await change('moveCategory', { slug: top, position: -1 })).userErrors).toMatchObject([
      { field: ['position'] },
    ]);
  });

  it('should not let two moves form a cycle', async () => {
    const [one, two] = [await addCategory('One'), await addCategory('Two')];
    await Promise.all([
      change('moveCategory', { slug: one, parent: two }),
      change('moveCategory', { slug: two, parent: one }),
    ]);
    const { categories } = await shop.staff('{ categories { slug children { slug } } }');
    const tops = categories.map(({ slug }: { slug: string }) => slug);
    expect(tops.includes(one) !== tops.includes(two)).toBe(true);
  });

  it('should delete an empty category, and explain why another one cannot be deleted', async () => {
    const top = await addCategory('Attic');
    const shelf = await addCategory('Shelf', top);
    const { id } = await shop.addProduct({ category: shelf });
    expect((await change('deleteCategory', { slug: top })).userErrors).toEqual([
      {
        code: 'CATEGORY_NOT_EMPTY',
        field: ['slug'],
        message:
          '"Attic" cannot be deleted: it has the subcategory "Shelf". Move or delete its subcategories first.',
      },
    ]);
    await shop.staff(
      'mutation ($input: ArchiveProductInput!) { archiveProduct(input: $input) { userErrors { code } } }',
      { input: { productId: id } },
    );
    expect((await change('deleteCategory', { slug: shelf })).userErrors).toMatchObject([
      {
        code: 'CATEGORY_NOT_EMPTY',
        message: expect.stringContaining('it contains 1 product, counting archived ones'),
      },
    ]);
    await shop.staff(
      'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { userErrors { code } } }',
      { input: { productId: id, category: 'things' } },
    );
    expect(await change('deleteCategory', { slug: shelf })).toEqual({
      deletedCategoryId: shelf,
      userErrors: [],
    });
    expect(await change('deleteCategory', { slug: shelf })).toMatchObject({
      deletedCategoryId: null,
      userErrors: [{ code: 'CATEGORY_NOT_FOUND' }],
    });
    expect(
      (await shop.staff('query ($slug: String!) { category(slug: $slug) { slug } }', { slug: shelf }))
        .category,
    ).toBeNull();
  });

  it('should keep omitted fields and clear fields that are null, including the parent', async () => {
    const top = await addCategory('House');
    const room = await addCategory('Room', top);
    const attributes = [{ name: 'depth', type: 'NUMBER' }];
    await change('updateCategory', { slug: room, description: 'Walls', attributes });
    const look = async () =>
      (
        await shop.staff(
          'query ($slug: String!) { category(slug: $slug) { name description parent { slug } ownAttributes { name } } }',
          { slug: room },
        )
      ).category;
    const whole = {
      name: 'Room',
      description: 'Walls',
      parent: { slug: top },
      ownAttributes: [{ name: 'depth' }],
    };
    await change('updateCategory', { slug: room });
    await change('moveCategory', { slug: room, position: 0 });
    expect(await look()).toEqual(whole);
    expect((await change('updateCategory', { slug: room, name: null })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['name'], message: expect.stringContaining('it cannot be null') },
    ]);
    await change('updateCategory', { slug: room, description: null, attributes: null });
    await change('moveCategory', { slug: room, parent: null });
    expect(await look()).toEqual({ name: 'Room', description: '', parent: null, ownAttributes: [] });
  });

  it('should leave no product without its category if one is added while the other is deleted', async () => {
    for (let round = 0; round < 10; round += 1) {
      const slug = await addCategory('Brief');
      const [{ id }] = await Promise.all([
        shop.addProduct({ category: slug }).catch(() => ({ id: undefined })),
        change('deleteCategory', { slug }),
      ]);
      if (id === undefined) continue;
      const { product } = await shop.staff('query ($id: ID!) { product(id: $id) { category { slug } } }', {
        id,
      });
      expect(product.category).toEqual({ slug });
    }
  });

  it('should later refile a product that was written while its category moved', async () => {
    const [from, to] = [await addCategory('From'), await addCategory('To')];
    const moved = await addCategory('Wanderer', from);
    const { id, sku } = await shop.addProduct({ category: moved, name: 'Latecomer' });
    await change('moveCategory', { slug: moved, parent: to });
    // The state that a process leaves if it had read the categories before the move.
    await shop.db
      .collection<{ _id: string }>('products')
      .updateOne({ _id: id }, { $set: { categoryPath: [from, moved] } });
    await shop.db
      .collection<{ _id: string }>('categories')
      .updateOne({ _id: moved }, { $set: { refileAt: new Date() } });
    await until(async () => (await search('latecomer', to)).includes(sku));
  });
});
