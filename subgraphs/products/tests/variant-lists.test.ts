import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { migrate } from '../src/store/migrations/index.js';
import { euro, RESERVE, startProducts, type Harness } from './support.js';
import { UPDATE } from './product-support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts();
});
afterAll(() => shop.close());

const LIST = `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort) {
  products(first: $first, after: $after, filter: $filter, sort: $sort) {
    totalCount
    nodes { id sku title name imageUrl price { amount } availability { inStock quantity } variants { sku } }
    pageInfo { hasNextPage endCursor }
    facets { inStockCount categories { category { slug } count } attributes { name values { value count } } priceRanges { minPrice maxPrice count } } } }`;
const ARCHIVE = 'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }';
const RESTORE = 'mutation ($id: ID!) { restoreProduct(input: { productId: $id }) { userErrors { code } } }';
const ADJUST =
  'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { message } } }';

const PAGE = `query ($id: ID!) { product(id: $id) { page {
  title category { name } options { name label values } variants { sku } fromPrice { amount } } } }`;

/** Colour, size, price, stock. */
type Offer = readonly [colour: string, size: string, price: string, stock: number];
type Made = { readonly id: string; readonly sku: string };

let count = 0;
/** A category with groups of variants, each group named by its letter. */
async function catalogue(groups: Readonly<Record<string, readonly Offer[]>>) {
  const category = `shirts-${++count}`;
  await shop.staff(
    `mutation ($slug: String!) { createCategory(input: { slug: $slug, name: "Shirts", parent: "things" }) { userErrors { message } } }`,
    { slug: category },
  );
  const made: Record<string, Made> = {};
  for (const [name, offers] of Object.entries(groups))
    for (const [colour, size, price, stock] of offers)
      made[`${name} ${colour} ${size}`] = await shop.addProduct({
        category,
        sku: `${category}-${name}-${colour}-${size}`,
        name,
        stock,
        price: euro(price),
        imageUrl: `https://pictures.test/${name}-${colour}-${size}.jpg`,
        attributes: attributes({ colour, size }),
        variant: { group: `${category} ${name}`, options: ['colour', 'size'] },
      });
  const list = async (filter: object = {}, more: object = {}) => {
    const { data, errors } = await shop.ask(LIST, { filter: { categories: [category], ...filter }, ...more });
    if (errors) throw new Error(JSON.stringify(errors));
    return data.products;
  };
  return {
    made,
    list,
    /** "A 10.00": each product with the price that the list shows. */
    prices: async (filter: object = {}, sort = 'PRICE_ASC') =>
      (await list(filter, { sort })).nodes.map(
        ({ title, price }: { title: string; price: { amount: string } }) => `${title} ${price.amount}`,
      ),
  };
}
const attributes = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));
const only = (values: Record<string, string | string[]>) => ({
  attributes: Object.entries(values).map(([name, value]) => ({ name, values: [value].flat() })),
});
/** The four products of the case. */
const FOUR = {
  A: [
    ['Navy', 'S', '10.00', 5],
    ['Red', 'M', '100.00', 5],
  ],
  B: [
    ['Navy', 'M', '20.00', 0],
    ['Red', 'M', '20.00', 5],
  ],
  C: [
    ['Navy', 'S', '300.00', 5],
    ['Navy', 'M', '30.00', 5],
  ],
  D: [
    ['Navy', 'S', '5.00', 0],
    ['Navy', 'M', '50.00', 5],
  ],
} as const;

describe('a list of products with variants', () => {
  let four: Awaited<ReturnType<typeof catalogue>>;
  beforeAll(async () => {
    four = await catalogue(FOUR);
  });

  it.each<[string, object, string[]]>([
    [
      'one variant with both attributes',
      only({ colour: 'Navy', size: 'M' }),
      ['B 20.00', 'C 30.00', 'D 50.00'],
    ],
    [
      'the same in stock',
      { ...only({ colour: 'Navy', size: 'M' }), inStockOnly: true },
      ['C 30.00', 'D 50.00'],
    ],
    ['a lowest price', { minPrice: '90' }, ['A 100.00', 'C 300.00']],
    ['a price range', { minPrice: '25', maxPrice: '40' }, ['C 30.00']],
    ['nothing: in-stock variants first', {}, ['A 10.00', 'B 20.00', 'C 30.00', 'D 50.00']],
    ['a price that only a sold-out variant has', { maxPrice: '6' }, ['D 5.00']],
    ['the same in stock', { maxPrice: '6', inStockOnly: true }, []],
    ['a colour and a price of different variants', { ...only({ colour: 'Red' }), maxPrice: '15' }, []],
    ['one of two colours', only({ colour: ['Red', 'Green'], size: 'M' }), ['B 20.00', 'A 100.00']],
    ['a search for two options', { search: 'navy M' }, ['B 20.00', 'C 30.00', 'D 50.00']],
    ['a word of one variant and an attribute of another', { search: 'red', ...only({ size: 'S' }) }, []],
    ['a word and a price', { search: 'navy', minPrice: '25', maxPrice: '60' }, ['C 30.00', 'D 50.00']],
    ['an attribute that none has', only({ $price: 'x' }), []],
  ])('should match %s', async (_, filter, expected) => {
    expect(await four.prices(filter)).toEqual(expected);
    expect(await four.prices(filter, 'PRICE_DESC')).toEqual(expected.toReversed());
    for (const sort of ['NEWEST', 'NAME', 'RELEVANCE'])
      expect((await four.prices(filter, sort)).sort()).toEqual(expected.toSorted());
    expect((await four.list(filter)).totalCount).toBe(expected.length);
  });

  it('should show price, picture and stock of the matching variant', async () => {
    const { nodes } = await four.list(only({ colour: 'Navy', size: 'M' }), { sort: 'NAME' });
    expect(nodes[0]).toMatchObject({
      name: 'B, Navy, M',
      imageUrl: 'https://pictures.test/B-Navy-M.jpg',
      availability: { inStock: false, quantity: 0 },
    });
    expect(nodes[2]).toMatchObject({
      id: four.made['D Navy M']!.id,
      imageUrl: 'https://pictures.test/D-Navy-M.jpg',
      availability: { inStock: true, quantity: 5 },
    });
    // A card never says "sold out" for what can be bought.
    for (const node of (await four.list()).nodes) expect(node.availability.inStock).toBe(true);
  });

  it.each([
    {},
    only({ colour: 'Navy' }),
    only({ colour: 'Navy', size: 'M' }),
    only({ size: ['S', 'M'] }),
    { minPrice: '15' },
    { inStockOnly: true },
    { search: 'navy' },
    { search: 'navy m', inStockOnly: true, maxPrice: '40' },
  ])('should count for each facet what remains when it is chosen, %j', async (filter: object) => {
    const { facets } = await four.list(filter);
    const remaining = async (more: object) => (await four.list({ ...filter, ...more })).totalCount;
    expect(facets.inStockCount).toBe(await remaining({ inStockOnly: true }));
    const chosen = 'attributes' in filter ? (filter.attributes as { name: string }[]) : [];
    for (const { name, values } of facets.attributes)
      for (const { value, count: counted } of values) {
        const others = chosen.filter((one) => one.name !== name);
        expect([name, value, counted]).toEqual([
          name,
          value,
          await remaining({ attributes: [...others, { name, values: [value] }] }),
        ]);
      }
    for (const { minPrice, maxPrice, count: counted } of facets.priceRanges)
      expect([minPrice, counted]).toEqual([minPrice, await remaining({ minPrice, maxPrice })]);
    for (const { category, count: counted } of facets.categories)
      expect(counted).toBe(await remaining({ categories: [category.slug] }));
  });

  it.each(['NEWEST', 'PRICE_ASC', 'PRICE_DESC', 'NAME', 'RELEVANCE'])(
    'should walk through the products once by %s, one by one',
    async (sort) => {
      for (const filter of [{}, only({ colour: 'Navy' }), { search: 'navy', minPrice: '20' }]) {
        const whole = await four.list(filter, { sort });
        const seen: string[] = [];
        for (let after: string | null = null; ;) {
          const page = await four.list(filter, { sort, first: 1, after });
          seen.push(...page.nodes.map(({ sku }: Made) => sku));
          if (!page.pageInfo.hasNextPage) break;
          after = page.pageInfo.endCursor;
        }
        expect(seen).toEqual(whole.nodes.map(({ sku }: Made) => sku));
      }
    },
  );
});

describe('a changed variant', () => {
  it('should change the price, the order and the stock of its product in lists', async () => {
    const { made, prices, list } = await catalogue(FOUR);
    const update = (name: string, changes: object) =>
      shop.staff(UPDATE, { input: { productId: made[name]!.id, ...changes } });
    await update('A Red M', { price: euro('2.00') });
    await update('C Navy S', { price: euro('7.00') });
    expect(await prices()).toEqual(['A 2.00', 'C 7.00', 'B 20.00', 'D 50.00']);
    expect(await prices({ maxPrice: '8' })).toEqual(['A 2.00', 'D 5.00', 'C 7.00']);
    await shop.staff(ARCHIVE, { id: made['A Red M']!.id });
    expect(await prices()).toEqual(['C 7.00', 'A 10.00', 'B 20.00', 'D 50.00']);
    expect(await prices(only({ colour: 'Red' }))).toEqual(['B 20.00']);
    await shop.staff(RESTORE, { id: made['A Red M']!.id });
    await shop.staff(ADJUST, { input: { productId: made['D Navy S']!.id, delta: 1, reason: 'Found' } });
    expect(await prices()).toEqual(['A 2.00', 'D 5.00', 'C 7.00', 'B 20.00']);
    // An order takes the last one: the next list that is complete shows what is left.
    await shop.service(RESERVE, {
      input: { orderId: newId(), items: [{ productId: made['D Navy S']!.id, quantity: 1 }] },
    });
    await shop.relayed();
    expect(await prices({ inStockOnly: true })).toEqual(['A 2.00', 'C 7.00', 'B 20.00', 'D 50.00']);
    expect((await list(only({ size: 'S' }), { sort: 'NAME' })).totalCount).toBe(3);
  });

  it('should be found by the words of its own description', async () => {
    const { made, list } = await catalogue({ A: FOUR.A });
    await shop.staff(UPDATE, {
      input: { productId: made['A Red M']!.id, description: 'With a zeppelin on the back' },
    });
    const { nodes, totalCount } = await list({ search: 'zeppelin' });
    expect([totalCount, nodes[0].sku]).toEqual([1, made['A Red M']!.sku]);
    expect((await list({ search: 'zeppelin navy' })).totalCount).toBe(0);
  });

  it('should appear in the order that the category declares', async () => {
    const { made, list } = await catalogue({
      A: [
        ['Navy', 'L', '1.00', 0],
        ['Navy', 'S', '4.00', 1],
        ['Red', 'M', '3.00', 1],
        ['Red', 'S', '9.00', 1],
      ],
    });
    const { nodes, facets } = await list();
    expect(nodes[0].variants.map(({ sku }: Made) => sku.slice(-3))).toEqual(['y-S', 'y-L', 'd-S', 'd-M']);
    const sizes = facets.attributes.find(({ name }: { name: string }) => name === 'size');
    expect(sizes.values.map(({ value }: { value: string }) => value)).toEqual(['S', 'M', 'L']);
    const { product } = await shop.staff(PAGE, { id: made['A Red S']!.id });
    expect(product.page).toEqual({
      title: 'A',
      category: { name: 'Shirts' },
      options: [
        { name: 'colour', label: 'Colour', values: ['Navy', 'Red'] },
        { name: 'size', label: 'Size', values: ['S', 'M', 'L'] },
      ],
      variants: nodes[0].variants,
      fromPrice: { amount: '3.00' },
    });
  });

  it('should be on a page without options if it is the only one', async () => {
    const { id, sku } = await shop.addProduct({ name: 'Alone', stock: 0 });
    const { product } = await shop.staff(PAGE, { id });
    expect(product.page).toEqual({
      title: 'Alone',
      category: { name: 'Things' },
      options: [],
      variants: [{ sku }],
      fromPrice: { amount: '10.00' },
    });
  });
});

describe('lists of an older release', () => {
  it('should be migrated, also by two processes at once and after one was killed halfway', async () => {
    const { prices } = await catalogue(FOUR);
    const products = shop.db.collection('products');
    const before = await prices({ minPrice: '25' });
    await products.updateMany({}, { $unset: { offers: 1, fromPrice: 1 } });
    await products.createIndex({ isShown: 1, 'price.minor': 1, _id: 1 }, { name: 'shown_price' });
    // A killed process leaves some documents with the first step only.
    await products.updateMany({ title: 'A' }, [{ $set: { fromPrice: '$price.minor' } }]);
    await Promise.all([migrate(shop.db), migrate(shop.db)]);
    expect(await prices({ minPrice: '25' })).toEqual(before);
    expect(await prices()).toEqual(['A 10.00', 'B 20.00', 'C 30.00', 'D 50.00']);
    expect(await products.countDocuments({ fromPrice: { $exists: false } })).toBe(0);
    expect(await products.indexExists('shown_price')).toBe(false);
  });

  it('should get the words and keys of this release, also from two processes at once and halfway', async () => {
    await shop.addProduct({ sku: 'HEEL', name: 'ヒール', attributes: [{ name: 'colour', value: 'ビーチ' }] });
    await catalogue(FOUR);
    const products = shop.db.collection('products');
    const written = {
      words: 1,
      nameWords: 1,
      nameKey: 1,
      attributeKeys: 1,
      variantKey: 1,
      'offers.words': 1,
    };
    const read = () => products.find({}, { projection: written }).sort({ _id: 1 }).toArray();
    const before = await read();
    await products.updateMany({}, [
      { $set: { words: ['old'], nameWords: ['old'], nameKey: 'old', attributeKeys: ['colour=ヒーチ'] } },
      { $unset: ['wordsVersion'] },
    ]);
    await products.updateMany({ offers: { $type: 'array' } }, { $set: { 'offers.$[].words': ['old'] } });
    await Promise.all([migrate(shop.db), migrate(shop.db)]);
    expect(await read()).toEqual(before);
    expect(await products.countDocuments({ wordsVersion: { $ne: 1 } })).toBe(0);
  });
});
