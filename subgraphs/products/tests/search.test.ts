import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestMongo } from '@cartograph/testing';
import { readSampleProducts } from '../src/sample/sample-products.js';
import { admin, euro, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts({ SAMPLE_DATA: true });
}, 60_000);
afterAll(() => shop.close());

const LIST = `query ($first: Int, $after: String, $filter: ProductFilter, $sort: ProductSort) {
  products(first: $first, after: $after, filter: $filter, sort: $sort) {
    totalCount nodes { id sku title price { amount } createdAt } pageInfo { hasNextPage endCursor } } }`;
const FACETS = `query ($filter: ProductFilter) { products(first: 1, filter: $filter) { totalCount facets {
  inStockCount categories { count category { slug } } attributes { name label values { value count } } priceRanges { minPrice maxPrice count } } } }`;

interface Node {
  id: string;
  sku: string;
  title: string;
  price: { amount: string };
  createdAt: string;
}

async function list(
  variables: object,
): Promise<{ totalCount: number; nodes: Node[]; pageInfo: { hasNextPage: boolean; endCursor: string } }> {
  const { data, errors } = await shop.ask(LIST, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.products;
}
const titles = async (search: string, more: object = {}) =>
  (await list({ filter: { search, ...more }, sort: 'RELEVANCE' })).nodes.map(({ title }) => title);
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape stands in the query above
const facets = async (filter: object): Promise<any> => (await shop.ask(FACETS, { filter })).data.products;

describe('search', () => {
  it.each([
    ['by the beginnings of several words', 'merin crew', ['Merino crew jumper']],
    ['in any order', 'jumper merino crew', ['Merino crew jumper']],
    ['without regard to case', 'KILIM', ['Kilim runner']],
    ['without regard to accents', 'pique polo', ['Piqué polo']],
    ['with accents where the product has none', 'kílim', ['Kilim runner']],
    ['by sku', 'kit-knf-ch', ["Chef's knife 20 cm"]],
    ['by a sku without its dashes', 'kitknfch', ["Chef's knife 20 cm"]],
    ['by an attribute', 'cashmere', ['Cashmere scarf']],
    ['by a word of the description', 'newspaper', ['Canvas tote', 'French press'].sort()],
    ['by an option of a variant that is not listed itself', 'CLO-JMP-MR-OAT-XL', ['Merino crew jumper']],
    ['nothing where a word is nowhere', 'merino xyzzy', []],
    ['nothing for asterisks', '***', []],
    ['nothing for a percent sign', ' % ', []],
    ['nothing for a currency sign', '€', []],
    ['nothing for brackets', '()', []],
    ['nothing for an emoji', '🎉', []],
  ])('should find %s', async (_, search, expected) => {
    expect((await titles(search)).sort()).toEqual([...expected].sort());
  });

  it('should count nothing and have no facets for a search of symbols', async () => {
    for (const sort of ['NEWEST', 'NAME', 'RELEVANCE'])
      expect(await list({ filter: { search: '***' }, sort })).toMatchObject({ totalCount: 0, nodes: [] });
    expect(await facets({ search: '***' })).toEqual({
      totalCount: 0,
      facets: { inStockCount: 0, categories: [], attributes: [], priceRanges: [] },
    });
  });

  it('should count in facets what a search finds, in any of its forms', async () => {
    for (const search of ['scarves', 'merino jumpers xl', 'stonware mugs']) {
      const { totalCount, facets: found } = await facets({ search });
      expect(totalCount).toBeGreaterThan(0);
      const counts = (list: { count: number }[]) => list.reduce((sum, { count }) => sum + count, 0);
      expect(found.categories[0].count).toBe(totalCount);
      expect(counts(found.priceRanges)).toBeGreaterThanOrEqual(totalCount);
      expect(found.attributes.length).toBeGreaterThan(0);
    }
  });

  it.each(['', '   ', '\u00A0\u200B\t'])('should ignore a search of white space, %j', async (search) => {
    const { totalCount } = await list({});
    expect((await list({ filter: { search } })).totalCount).toBe(totalCount);
  });

  it('should find by category', async () => {
    const found = await list({ filter: { search: 'knitwear' } });
    expect(found.totalCount).toBe(5);
  });

  it('should put words of the name before words of attributes and those before the description', async () => {
    const found = await titles('linen');
    const named = found.filter((title) => /linen/i.test(title));
    expect(named.length).toBeGreaterThan(4);
    expect(found.slice(0, named.length).sort()).toEqual(named.sort());
  });

  it('should treat symbols as separators of words, whatever they mean elsewhere', async () => {
    for (const search of ['.*', '^', '$where', '{"$gt": ""}', '\\', '[a-', '(?<x>', '%00']) {
      const { errors } = await shop.ask(LIST, { filter: { search } });
      expect(errors).toBeUndefined();
    }
    expect(await titles('kilim.*')).toEqual(['Kilim runner']);
  });
});

describe('filters and sorts', () => {
  it('should filter by categories with their subcategories, by price and by stock', async () => {
    const kitchen = await list({ filter: { categories: ['kitchen'] } });
    expect(kitchen.totalCount).toBe(28);
    expect((await list({ filter: { categories: ['cookware', 'tableware'] } })).totalCount).toBe(20);
    const cheap = await list({
      filter: { categories: ['kitchen'], maxPrice: '20', minPrice: '12.50' },
      sort: 'PRICE_ASC',
    });
    const amounts = cheap.nodes.map(({ price }) => Number(price.amount));
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b));
    expect(Math.min(...amounts)).toBeGreaterThanOrEqual(12.5);
    expect(Math.max(...amounts)).toBeLessThanOrEqual(20);
  });

  it('should find a product by the attribute of any of its variants', async () => {
    const found = await list({
      filter: {
        categories: ['knitwear'],
        attributes: [
          { name: 'size', values: ['xl'] },
          { name: 'colour', values: ['OAT', 'cream'] },
        ],
      },
    });
    expect(found.nodes.map(({ title }) => title).sort()).toEqual([
      "Fisherman's jumper",
      'Merino crew jumper',
    ]);
  });

  it.each(['NEWEST', 'PRICE_ASC', 'PRICE_DESC', 'NAME', 'RELEVANCE'])(
    'should walk through all products once by %s, page by page',
    async (sort) => {
      const seen: Node[] = [];
      let after: string | null = null;
      do {
        const page = await list({ first: 37, after, sort, filter: { search: 'a' } });
        seen.push(...page.nodes);
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after !== null);
      const { totalCount } = await list({ filter: { search: 'a' } });
      expect(new Set(seen.map(({ id }) => id)).size).toBe(totalCount);
      expect(seen).toHaveLength(totalCount);
      if (sort === 'NAME') expect(seen[0]!.title < seen.at(-1)!.title).toBe(true);
      if (sort === 'NEWEST') expect(seen[0]!.createdAt > seen.at(-1)!.createdAt).toBe(true);
      if (sort === 'PRICE_DESC')
        expect(Number(seen[0]!.price.amount)).toBeGreaterThan(Number(seen.at(-1)!.price.amount));
    },
  );

  it('should neither repeat nor skip products while others are added and removed', async () => {
    const filter = { categories: ['puzzles'] };
    const before = await list({ filter, sort: 'PRICE_ASC' });
    const first = await list({ filter, sort: 'PRICE_ASC', first: 3 });
    // One that the reader has seen goes, and one comes before where the reader stands.
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      { id: first.nodes[1]!.id },
    );
    const { id } = await shop.addProduct({ category: 'puzzles', price: euro('0.50') });
    const rest = await list({ filter, sort: 'PRICE_ASC', after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes].map((node) => node.id)).toEqual(
      before.nodes.map((node) => node.id),
    );
    await shop.staff(
      'mutation ($id: ID!) { restoreProduct(input: { productId: $id }) { userErrors { code } } }',
      { id: first.nodes[1]!.id },
    );
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      { id },
    );
  });

  it.each([
    ['a page of 0', { first: 0 }],
    ['a page of 101', { first: 101 }],
    ['a cursor of another sort', { sort: 'NAME', after: 'other-sort' }],
    ['a cursor of another filter', { filter: { inStockOnly: true }, after: 'other-filter' }],
    [
      'a made-up cursor',
      { after: Buffer.from('["products:NEWEST:x",{"$gt":""},"a"]').toString('base64url') },
    ],
    ['no cursor at all', { after: 'ÄÖÜ' }],
    ['a search of 201 characters', { filter: { search: 'x'.repeat(201) } }],
    ['51 categories', { filter: { categories: Array.from({ length: 51 }, String) } }],
    ['an attribute without values', { filter: { attributes: [{ name: 'size', values: [] }] } }],
    ['a price that is none', { filter: { minPrice: '1e3' } }],
    ['a price of too many decimals', { filter: { minPrice: '1.005' } }],
  ])('should refuse %s clearly', async (_, variables) => {
    const { pageInfo } = await list({ sort: 'NEWEST' });
    const after =
      'after' in variables && variables.after.startsWith('other') ? { after: pageInfo.endCursor } : {};
    const { errors } = await shop.ask(LIST, { ...variables, ...after });
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  });
});

describe('a cursor with a part replaced', () => {
  const ODD = [
    null,
    1.5,
    Number.MAX_SAFE_INTEGER,
    -Number.MAX_SAFE_INTEGER,
    8.64e15,
    -62_167_219_200_001,
    '',
    '\u0000',
    '\uD800',
    [],
    { $gt: '' },
    '+275760-09-13',
  ];
  const PAGE = `query ($after: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: 2, after: $after, filter: $filter, sort: $sort) { nodes { id } } }`;
  const STOCK = `query ($id: ID!, $after: String) { product(id: $id) { stockEntries(first: 2, after: $after) { nodes { id } pageInfo { endCursor } } } }`;

  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  /** Every cursor that differs from a good one in one element, or in their number. */
  function* spoilt(cursor: string) {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    for (const odd of [...ODD, ...parts]) {
      for (const index of parts.keys()) yield encode(parts.with(index, odd));
      yield encode([...parts, odd]);
      yield encode(odd);
    }
    for (const index of parts.keys()) yield encode(parts.toSpliced(index, 1));
    yield encode({ ...parts });
    yield cursor.slice(1);
    yield `${cursor}!`;
  }

  it.each(['NEWEST', 'PRICE_ASC', 'PRICE_DESC', 'NAME', 'RELEVANCE'])(
    'should never cause an internal error, sorted by %s',
    async (sort) => {
      const filter = sort === 'RELEVANCE' ? { search: 'm' } : {};
      const { pageInfo } = await list({ first: 2, filter, sort });
      const codes = [...spoilt(pageInfo.endCursor)].map(async (after) => {
        const { data, errors } = await shop.ask(PAGE, { filter, sort, after });
        return errors?.[0]?.extensions?.code ?? (data.products && 'a page');
      });
      expect(['BAD_USER_INPUT', 'a page']).toEqual(
        expect.arrayContaining([...new Set(await Promise.all(codes))]),
      );
    },
  );

  it('should never cause an internal error in a list of stock changes', async () => {
    const { id } = await shop.addProduct({ category: 'kitchen' });
    for (const delta of [1, 2])
      await shop.staff(
        'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }',
        {
          input: { productId: id, delta, reason: 'Count' },
        },
      );
    const { product } = await shop.staff(STOCK, { id });
    const codes = [...spoilt(product.stockEntries.pageInfo.endCursor)].map(async (after) => {
      const { data, errors } = await shop.ask(STOCK, { id, after }, admin);
      return errors?.[0]?.extensions?.code ?? (data.product.stockEntries && 'a page');
    });
    expect(['BAD_USER_INPUT', 'a page']).toEqual(
      expect.arrayContaining([...new Set(await Promise.all(codes))]),
    );
  });
});

describe('facets', () => {
  it('should count the products that would remain for every facet value', async () => {
    const { facets: found, totalCount } = await facets({
      categories: ['clothing'],
      attributes: [{ name: 'colour', values: ['Navy'] }],
    });
    for (const { category, count } of found.categories) {
      expect(
        (
          await list({
            filter: { categories: [category.slug], attributes: [{ name: 'colour', values: ['Navy'] }] },
          })
        ).totalCount,
      ).toBe(count);
    }
    const colours = found.attributes.find(({ name }: { name: string }) => name === 'colour');
    expect(colours.label).toBe('Colour');
    // The chosen colour does not hide the others.
    expect(colours.values.length).toBeGreaterThan(3);
    for (const { value, count } of colours.values) {
      expect(
        (
          await list({
            filter: { categories: ['clothing'], attributes: [{ name: 'colour', values: [value] }] },
          })
        ).totalCount,
      ).toBe(count);
    }
    const sizes = found.attributes.find(({ name }: { name: string }) => name === 'size');
    for (const { value, count } of sizes.values) {
      const attributes = [
        { name: 'colour', values: ['Navy'] },
        { name: 'size', values: [value] },
      ];
      expect((await list({ filter: { categories: ['clothing'], attributes } })).totalCount).toBe(count);
    }
    for (const { minPrice, maxPrice, count } of found.priceRanges) {
      const filter = {
        categories: ['clothing'],
        attributes: [{ name: 'colour', values: ['Navy'] }],
        minPrice,
        maxPrice,
      };
      expect((await list({ filter })).totalCount).toBe(count);
    }
    expect(found.priceRanges.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(
      totalCount,
    );
  });

  it('should be empty if nothing is found', async () => {
    expect(await facets({ search: 'xyzzy' })).toEqual({
      totalCount: 0,
      facets: { inStockCount: 0, categories: [], attributes: [], priceRanges: [] },
    });
  });

  it('should count a group as in stock if its only variant in stock is not the listed one', async () => {
    const options = { group: 'solo', options: ['size'] };
    const small = await shop.addProduct({
      category: 'knitwear',
      name: 'Solo',
      stock: 0,
      attributes: [{ name: 'size', value: 'S' }],
      variant: options,
    });
    const large = await shop.addProduct({
      category: 'knitwear',
      name: 'Solo',
      stock: 1,
      attributes: [{ name: 'size', value: 'L' }],
      variant: options,
    });
    const buyable = async () => (await list({ filter: { search: 'solo', inStockOnly: true } })).totalCount;
    expect(await buyable()).toBe(1);
    const { data } = await shop.ask(
      'query ($id: ID!) { product(id: $id) { name title variants { name } } }',
      { id: small.id },
    );
    expect(data.product).toEqual({
      name: 'Solo, S',
      title: 'Solo',
      variants: [{ name: 'Solo, S' }, { name: 'Solo, L' }],
    });
    // The listed one goes: its sibling takes its place.
    await shop.staff(
      'mutation ($id: ID!) { archiveProduct(input: { productId: $id }) { userErrors { code } } }',
      { id: small.id },
    );
    expect((await list({ filter: { search: 'solo' } })).nodes.map(({ id }) => id)).toEqual([large.id]);
  });
});

describe('the sample shop', () => {
  it('should hold about 200 different products in 8 departments, described and in stock', async () => {
    const { totalCount } = await list({});
    expect(totalCount).toBeGreaterThanOrEqual(200);
    const { data } = await shop.ask('{ categories { slug productCount children { productCount } } }');
    expect(data.categories).toHaveLength(8);
    for (const { productCount } of data.categories) expect(productCount).toBeGreaterThan(20);
  });

  it('should be the same if several processes add it at once, or if it is added again', async () => {
    const { url, drop } = await createTestMongo();
    const start = () => startProducts({ SAMPLE_DATA: true, MONGODB_URL: url });
    const first = await Promise.all([start(), start()]);
    const count = () => first[0]!.countProducts();
    const before = await count();
    expect(before).toBe(readSampleProducts().length);
    const again = await start();
    expect(await count()).toBe(before);
    const { data } = await again.ask('{ products { totalCount } categories { slug } }');
    expect(data.products.totalCount).toBe(new Set(readSampleProducts().map(({ title }) => title)).size);
    expect(data.categories).toHaveLength(8);
    await Promise.all([...first, again].map((one) => one.close()));
    await drop();
  }, 60_000);

  it('should have a picture for each product, the same every time, that browsers may cache', async () => {
    const { nodes } = await list({ first: 100 });
    const pictures = await Promise.all(nodes.map(({ sku }) => fetch(`${shop.url}/images/${sku}.svg`)));
    for (const picture of pictures) {
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
      expect(await picture.text()).toMatch(/^<svg .*<\/svg>$/s);
    }
    const etag = pictures[0]!.headers.get('etag')!;
    const again = await fetch(`${shop.url}/images/${nodes[0]!.sku}.svg`, {
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
    for (const path of ['nothing.svg', '..%2F..%2Fetc%2Fpasswd', `${nodes[0]!.sku}.png`, '%00.svg']) {
      expect((await fetch(`${shop.url}/images/${path}`)).status).toBe(404);
    }
  });
});
