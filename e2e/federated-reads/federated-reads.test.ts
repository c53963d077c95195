import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until, type GraphClient } from '@cartograph/testing';
import { checkOut, fillCart, registerCustomer, signInAdmin } from '../harness/shop.js';
import { startMeteredShop, type Cost, type MeteredShop, type Page } from './metered-shop.js';
import { everythingOfMine, ordersBoard, storefrontOperation } from './pages.js';

const lengths = [2, 20] as const;
type Length = (typeof lengths)[number];

const columns = [
  ...['users', 'products', 'cart', 'orders', 'payments', 'notifications'],
  ...['postgres', 'mongodb', 'redis'],
];
const numbersOf = ({ subgraphs, stores }: Cost): Record<string, number> => ({
  ...subgraphs,
  ...Object.fromEntries(Object.entries(stores).map(([kind, requests]) => [kind, requests.length])),
});

/** The committed table: by page, what it may cost at most. */
const allowed = new Map(
  readFileSync(new URL('costs.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => {
      const [page, ...costs] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [page!, Object.fromEntries(columns.map((name, index) => [name, Number(costs[index])]))];
    }),
);

let shop: MeteredShop;
let admin: GraphClient;
let buyer: GraphClient;
/** Carts of 2 and of 20 lines, and what each of their holders has ordered. */
const holders = new Map<Length, GraphClient>();
const orderIds = new Map<Length, string>();
const variantSkus = new Map<Length, string>();

beforeAll(async () => {
  shop = await startMeteredShop();
  admin = await signInAdmin(shop.stack);
  const { products } = await admin.expectData<{ products: { nodes: { id: string }[] } }>(
    '{ products(first: 40, filter: { inStockOnly: true }, sort: NAME) { nodes { id } } }',
  );
  const productIds = products.nodes.map(({ id }) => id);
  for (const productId of productIds)
    await admin.expectData(
      'mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { userErrors { code } } }',
      {
        input: { productId, delta: 100, reason: 'Enough for every test.' },
      },
    );

  buyer = await registerCustomer(shop.stack, 'Buyer of much');
  const placed: string[] = [];
  const order = async (lines: readonly string[]) => {
    for (const productId of lines) await fillCart(buyer, productId);
    const { order, userErrors } = await checkOut(buyer);
    if (!order) throw new Error(`No order: ${JSON.stringify(userErrors)}`);
    placed.push(order.id);
    return order.id;
  };
  for (const length of lengths) orderIds.set(length, await order(productIds.slice(0, length)));
  for (let index = placed.length; index < 20; index += 1) await order(productIds.slice(index, index + 2));
  await until(
    async () => {
      const { orders } = await admin.expectData<{ orders: { totalCount: number } }>(
        '{ orders(first: 1, filter: { status: [PROCESSING] }) { totalCount } }',
      );
      return orders.totalCount === placed.length;
    },
    { timeoutMs: 60_000, what: 'all orders to be paid' },
  );

  for (const length of lengths) {
    const holder = await registerCustomer(shop.stack, `Holder of ${length} lines`);
    for (const productId of productIds.slice(0, length)) await fillCart(holder, productId);
    holders.set(length, holder);
    variantSkus.set(length, await createVariants(length));
  }
}, 180_000);
afterAll(() => shop?.stop());

/** A product that comes in so many variants; answers the sku of the first. */
async function createVariants(count: number): Promise<string> {
  const { categories } = await admin.expectData<{ categories: { slug: string }[] }>(
    '{ categories { slug } }',
  );
  for (let index = 0; index < count; index += 1) {
    const { createProduct } = await admin.expectData<{ createProduct: { userErrors: unknown[] } }>(
      'mutation ($input: CreateProductInput!) { createProduct(input: $input) { userErrors { code message field } } }',
      {
        input: {
          sku: `VAR-${count}-${index}`,
          name: `Thing of ${count}`,
          description: 'A thing that comes in several forms.',
          category: categories[0]!.slug,
          price: { amount: '12.50', currency: 'EUR' },
          stock: 5,
          attributes: [{ name: 'form', value: `Form ${index}` }],
          variant: { group: `thing-of-${count}`, options: ['form'] },
        },
      },
    );
    expect(createProduct.userErrors).toEqual([]);
  }
  return `VAR-${count}-0`;
}

type PageAt = (length: Length) => Omit<Page, 'isCached'>;
const pages: Readonly<Record<string, PageAt>> = {
  Home: () => ({ client: shop.stack.graph, query: storefrontOperation('Home'), variables: {} }),
  Catalogue: (first) => ({
    client: shop.stack.graph,
    query: storefrontOperation('Products'),
    variables: { first, sort: 'NEWEST' },
  }),
  Search: (first) => ({
    client: shop.stack.graph,
    query: storefrontOperation('Products'),
    // The newest that it finds, however few, are products with variants.
    variables: { first, sort: 'NEWEST', filter: { search: 'a' } },
  }),
  Product: (length) => ({
    client: shop.stack.graph,
    query: storefrontOperation('Product'),
    variables: { sku: variantSkus.get(length) },
  }),
  Cart: (length) => ({ client: holders.get(length)!, query: storefrontOperation('Cart'), variables: {} }),
  Order: (length) => ({
    client: buyer,
    query: storefrontOperation('Order'),
    variables: { id: orderIds.get(length) },
  }),
  'Own orders': (first) => ({ client: buyer, query: storefrontOperation('MyOrders'), variables: { first } }),
  'Everything of mine': (first) => ({ client: buyer, query: everythingOfMine, variables: { first } }),
  'Board of orders': (first) => ({ client: admin, query: ordersBoard, variables: { first } }),
};

describe.each([
  ['with products cached', true],
  ['with no product cached', false],
])('a page, %s,', (state, isCached) => {
  it.each(Object.keys(pages))(
    '%s should cost no more for 20 than for 2, nor more than the table says',
    async (name) => {
      const short = await shop.costOf({ ...pages[name]!(2), isCached });
      const long = await shop.costOf({ ...pages[name]!(20), isCached });
      const [few, many] = [numbersOf(short), numbersOf(long)];
      const row = `${name}, ${state}`;
      const limit = allowed.get(row);
      if (process.env['PRINT_COSTS'])
        process.stdout.write(`| ${row} | ${columns.map((column) => many[column]).join(' | ')} |\n`);
      const grown = columns.filter((column) => many[column]! > few[column]!);
      const over = columns.filter((column) => many[column]! > (limit?.[column] ?? -1));
      // The stores' own words say which query it is.
      expect({ grown, over, asked: grown.length + over.length > 0 ? long : undefined }).toEqual({
        grown: [],
        over: [],
        asked: undefined,
      });
    },
  );
});
