import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { PRODUCTS } from './relevance/products.js';
import { QUERIES } from './relevance/queries.js';
import { euro, startProducts, type Harness } from './support.js';

let shop: Harness;
beforeAll(async () => {
  shop = await startProducts({ SEARCH_LANGUAGES: ['en', 'de', 'fr', 'es', 'tr', 'ru'] });
  for (const { sku, name, description = '', colour, stock = 5 } of PRODUCTS)
    await shop.addProduct({
      sku,
      name,
      description,
      stock,
      price: euro('10.00'),
      attributes: colour ? [{ name: 'colour', value: colour }] : [],
    });
}, 60_000);
afterAll(() => shop.close());

async function find(search: string, process = shop): Promise<string[]> {
  const { data, errors } = await process.ask(
    `query ($filter: ProductFilter) { products(first: 20, filter: $filter, sort: RELEVANCE) { nodes { sku } } }`,
    { filter: { search } },
  );
  expect(errors).toBeUndefined();
  return data.products.nodes.map(({ sku }: { sku: string }) => sku);
}

describe('search', () => {
  it('should be tested with 150 queries', () => {
    expect(Object.values(QUERIES).flat().length).toBeGreaterThanOrEqual(150);
  });

  it.each(
    Object.entries(QUERIES).flatMap(([kind, queries]) => queries.map((query) => [kind, ...query] as const)),
  )('should handle %s: "%s" finds %s first', async (_, search, first) => {
    expect((await find(search))[0] ?? null).toBe(first);
  });

  it('should find what another process adds: as typed at once, in other forms a moment later', async () => {
    const other = await startProducts({ MONGODB_URL: shop.config.MONGODB_URL });
    try {
      expect(await find('zithers', other)).toEqual([]);
      await shop.addProduct({ sku: 'ZITHER', name: 'Zither' });
      expect(await find('zithers')).toEqual(['ZITHER']);
      expect(await find('zither', other)).toEqual(['ZITHER']);
      await until(async () => (await find('zithers', other)).includes('ZITHER'), {
        what: 'the other process to know the word',
      });
    } finally {
      await other.close();
    }
  });
});
