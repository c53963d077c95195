import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { migrate } from '../src/store/migrations/index.js';
import { euro, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

const PRODUCT = 'id sku title version category { slug } variant { group } variants { sku }';
const CREATE = `mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { ${PRODUCT} } userErrors { code field message } } }`;
const UPDATE = `mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { ${PRODUCT} } userErrors { code field message } } }`;
const ARCHIVE = 'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }';
const RESTORE =
  'mutation ($id: ID!) { restoreProduct(input: { productId: $id }) { userErrors { code field message } } }';

let count = 0;
const newGroup = () => `group-${++count}`;
const attributes = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
async function create(group: string, size: string, fields: object = {}) {
  const input = {
    sku: `VAR-${++count}`,
    name: 'Crew',
    description: '',
    category: 'things',
    price: euro('10.00'),
    stock: 1,
    attributes: attributes({ size, colour: 'Navy' }),
    variant: { group, options: ['size', 'colour'] },
    ...fields,
  };
  return (await shop.staff(CREATE, { input })).createProduct;
}
const update = async (id: string, changes: object) =>
  (await shop.staff(UPDATE, { input: { productId: id, ...changes } })).updateProduct;
const members = async (group: string) =>
  shop.db
    .collection('products')
    .find({ 'variant.group': group }, { projection: { _id: 0, sku: 1, title: 1, category: 1, isListed: 1 } })
    .sort({ createdAt: 1 })
    .toArray();

describe('a group of variants', () => {
  it.each([
    [
      'equal options',
      { attributes: attributes({ size: 'S', colour: 'NAVY' }) },
      'attributes',
      'already has size S, colour Navy',
    ],
    ['another name', { name: 'Other' }, 'name', 'is named "Crew"'],
    ['another category', { category: 'elsewhere' }, 'category', 'is in "things"'],
    ['other options', { variant: { group: '', options: ['size'] } }, 'variant.options', 'has size, colour'],
  ])('should refuse a new product of %s, and name the sibling', async (_, fields, field, message) => {
    await shop.staff(
      'mutation { createCategory(input: { slug: "elsewhere", name: "Elsewhere" }) { userErrors { code } } }',
    );
    const group = newGroup();
    const { product: first } = await create(group, 'S');
    const variant = 'variant' in fields ? { variant: { ...fields.variant, group } } : {};
    const { product, userErrors } = await create(group, 'M', { ...fields, ...variant });
    expect(product).toBeNull();
    expect(userErrors).toEqual([
      { code: 'VARIANT_CONFLICT', field: field.split('.'), message: expect.stringContaining(message) },
    ]);
    expect(userErrors[0].message).toContain(first.sku);
    expect(await members(group)).toHaveLength(1);
  });

  it('should refuse an existing product for the same reasons', async () => {
    const group = newGroup();
    await create(group, 'S');
    const { id } = await shop.addProduct({
      name: 'Alone',
      attributes: attributes({ size: 'S', colour: 'Navy' }),
    });
    const joining = { variant: { group, options: ['colour', 'size'] } };
    const { userErrors } = await update(id, joining);
    expect(
      userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field.join('.')]),
    ).toEqual([
      ['VARIANT_CONFLICT', 'name'],
      ['VARIANT_CONFLICT', 'attributes'],
    ]);
    const joined = await update(id, {
      name: 'Crew',
      attributes: attributes({ size: 'L', colour: 'Navy' }),
      ...joining,
    });
    expect(joined).toMatchObject({
      userErrors: [],
      product: { variants: [{}, { sku: joined.product.sku }] },
    });
  });

  it('should refuse a change that makes two variants equal, and accept all others', async () => {
    const group = newGroup();
    const { product: first } = await create(group, 'S');
    const { product: second } = await create(group, 'M');
    expect(
      (await update(second.id, { attributes: attributes({ size: 'S', colour: 'Navy' }) })).userErrors,
    ).toEqual([
      {
        code: 'VARIANT_CONFLICT',
        field: ['attributes'],
        message: expect.stringContaining(`${first.sku} of the group`),
      },
    ]);
    expect((await update(second.id, { attributes: attributes({ size: 'S' }) })).userErrors).toEqual([
      {
        code: 'INVALID_INPUT',
        field: ['attributes'],
        message: expect.stringContaining('"colour" is an option of this variant'),
      },
    ]);
    expect((await update(second.id, { price: euro('12.00'), description: 'New' })).userErrors).toEqual([]);
    expect(
      (await update(second.id, { attributes: attributes({ size: 'L', colour: 'Navy' }) })).userErrors,
    ).toEqual([]);
  });

  it('should get the name and category of any variant that changes', async () => {
    await shop.staff(
      'mutation { createCategory(input: { slug: "rail", name: "Rail" }) { userErrors { code } } }',
    );
    const group = newGroup();
    const [{ product: first }, { product: second }] = [await create(group, 'S'), await create(group, 'M')];
    const { product: archived } = await create(group, 'L');
    await shop.staff(ARCHIVE, { id: archived.id });
    const { product, userErrors } = await update(second.id, { name: 'Crew neck', category: 'rail' });
    expect({ userErrors, version: product.version }).toEqual({ userErrors: [], version: 2 });
    expect(await members(group)).toEqual(
      [first, second, archived].map(({ sku }) => ({
        sku,
        title: 'Crew neck',
        category: 'rail',
        isListed: sku === first.sku,
      })),
    );
    // Lists find the group by its new name and category.
    const { products } = await shop.staff(
      '{ products(filter: { search: "crew neck", categories: ["rail"] }) { nodes { sku } } }',
    );
    expect(products.nodes).toEqual([{ sku: first.sku }]);
    expect((await create(group, 'M', { name: 'Crew neck', category: 'rail' })).userErrors).toHaveLength(1);
  });

  it('should end with one name if several are given at once, or if a process dies halfway', async () => {
    const group = newGroup();
    const made = [await create(group, 'S'), await create(group, 'M'), await create(group, 'L')];
    const answers = await Promise.all(
      made.flatMap(({ product }, index) => [
        update(product.id, { name: `Name ${index}` }),
        update(product.id, { name: `Other ${index}` }),
      ]),
    );
    expect(answers.flatMap(({ userErrors }) => userErrors)).toEqual([]);
    expect(new Set((await members(group)).map(({ title }) => title)).size).toBe(1);

    // The state that a process leaves if it dies after its first write: the relay finishes it.
    const [{ product }] = made as [{ product: { id: string } }];
    await shop.relayed();
    const entry = {
      kind: 'product',
      id: '0199f000-0000-7000-8000-00000000000a',
      at: new Date(),
      traceparent: null,
    };
    await shop.db.collection<{ _id: string }>('products').updateOne({ _id: product.id }, {
      $set: { title: 'Last', sharedRevision: 1_000, hasOutbox: true },
      $inc: { version: 1, sequence: 1 },
      $push: {
        outbox: {
          ...entry,
          name: 'Last',
          price: { minor: 1, currency: 'EUR' },
          isArchived: false,
          version: 9,
        },
      },
    } as never);
    await until(async () => (await members(group)).every(({ title }) => title === 'Last'), {
      what: 'all variants to have the new name',
    });
  });

  it('should accept one of many equal variants that are added at once', async () => {
    const group = newGroup();
    const answers = await Promise.all(Array.from({ length: 12 }, () => create(group, 'S')));
    expect(answers.filter(({ product }) => product)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors).map(({ code }) => code)).toEqual(
      Array(11).fill('VARIANT_CONFLICT'),
    );
    expect(await members(group)).toHaveLength(1);

    const other = newGroup();
    const names = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        create(other, ['S', 'M', 'L'][index % 3]!, { name: index < 3 ? 'One' : 'Two' }),
      ),
    );
    expect(names.filter(({ product }) => product).length).toBeGreaterThan(0);
    expect(new Set((await members(other)).map(({ title }) => title)).size).toBe(1);
  });

  it('should accept one of many changes that would make variants equal', async () => {
    const group = newGroup();
    const made = [];
    for (let colour = 0; colour < 5; colour += 1)
      made.push(await create(group, 'S', { attributes: attributes({ size: 'S', colour: `C${colour}` }) }));
    const answers = await Promise.all(
      made.map(({ product }) => update(product.id, { attributes: attributes({ size: 'M', colour: 'Red' }) })),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors).map(({ code }) => code)).toEqual(
      Array(4).fill('VARIANT_CONFLICT'),
    );
  });

  it('should be protected by the store itself if two processes do not see each other', async () => {
    const group = newGroup();
    const { product } = await create(group, 'S');
    const { variantKey } = (await shop.db
      .collection<{ _id: string }>('products')
      .findOne({ _id: product.id })) as never;
    const { id } = await shop.addProduct();
    await expect(
      shop.db.collection<{ _id: string }>('products').updateOne({ _id: id }, { $set: { variantKey } }),
    ).rejects.toMatchObject({ code: 11000 });
  });

  it('should accept a replacement for an archived variant, which then cannot be restored', async () => {
    const group = newGroup();
    const { product: old } = await create(group, 'S');
    await create(group, 'M');
    await shop.staff(ARCHIVE, { id: old.id });
    const { product: replacement } = await create(group, 'S');
    expect((await shop.staff(RESTORE, { id: old.id })).restoreProduct.userErrors).toEqual([
      { code: 'VARIANT_CONFLICT', field: ['attributes'], message: expect.stringContaining(replacement.sku) },
    ]);
    await shop.staff(ARCHIVE, { id: replacement.id });
    expect((await shop.staff(RESTORE, { id: old.id })).restoreProduct.userErrors).toEqual([]);
  });

  it('should lose a variant that is removed from it', async () => {
    const group = newGroup();
    const [{ product: first }, { product: second }] = [await create(group, 'S'), await create(group, 'M')];
    expect(await update(first.id, { variant: null })).toMatchObject({
      userErrors: [],
      product: { variant: null, variants: [] },
    });
    const { products } = await shop.staff(
      `{ products(filter: { search: "${first.sku}" }) { nodes { sku } } }`,
    );
    expect(products.nodes).toEqual([{ sku: first.sku }]);
    expect(await members(group)).toEqual([expect.objectContaining({ sku: second.sku, isListed: true })]);
    expect(
      (await update(first.id, { variant: { group: newGroup(), options: ['size'] } })).userErrors,
    ).toEqual([]);
  });

  it('should be migrated from older releases, including equal variants', async () => {
    const group = newGroup();
    await create(group, 'S');
    const { product: second } = await create(group, 'M');
    const products = shop.db.collection<{ _id: string }>('products');
    await products.updateMany({ 'variant.group': group }, { $unset: { variantKey: 1 } });
    await products.updateOne(
      { _id: second.id },
      { $set: { attributes: attributes({ size: 'S', colour: 'Navy' }) } },
    );
    await migrate(shop.db);
    const keys = await products.find({ 'variant.group': group }).sort({ createdAt: 1 }).toArray();
    expect(keys.map((row) => 'variantKey' in row)).toEqual([true, false]);
    // Other fields can still be changed, and the options can be corrected.
    expect((await update(second.id, { price: euro('3.00') })).userErrors).toEqual([]);
    expect(
      (await update(second.id, { attributes: attributes({ size: 'L', colour: 'Navy' }) })).userErrors,
    ).toEqual([]);
    expect(await products.countDocuments({ 'variant.group': group, variantKey: { $exists: true } })).toBe(2);
  });
});
