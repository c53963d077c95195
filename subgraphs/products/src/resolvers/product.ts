import { toMoneyOutput } from '@cartograph/money';
import { createConnection, createCursor, readPage } from '@cartograph/kit';
import { imageUrlOf, productName } from '../domain/product.js';
import { orderAttributes } from '../domain/product-query.js';
import type { Resolvers } from '../generated/graphql.js';
import type { ResolverOptions } from '../resolvers.js';

export function createProductResolvers({
  stock,
  imagesBaseUrl,
}: ResolverOptions): Pick<Resolvers, 'Product' | 'PriceChange' | 'StockEntry'> {
  return {
    Product: {
      __resolveReference: (reference, { loaders }) => {
        // Each representation holds one of the two keys.
        const { id, sku } = reference as { id?: string; sku?: string };
        return id === undefined
          ? loaders.productBySku.load(String(sku).toLowerCase())
          : loaders.product.load(id);
      },
      name: productName,
      category: ({ category }, _, { loaders }) => loaders.category(category),
      price: ({ price }) => toMoneyOutput(price),
      priceHistory: ({ id }, _, { loaders }) => loaders.prices.load(id),
      imageUrl: (product) => imageUrlOf(product, imagesBaseUrl),
      attributes: async ({ attributes, category }, _, { loaders }) => {
        const definitions = new Map(
          (await loaders.categoryTree()).attributesOf(category).map((one) => [one.name, one]),
        );
        return orderAttributes(attributes, [...definitions.keys()]).map(({ name, value }) => ({
          name,
          value,
          label: definitions.get(name)?.label ?? name,
          unit: definitions.get(name)?.unit ?? null,
        }));
      },
      variants: ({ variant }, _, { loaders }) => (variant ? loaders.variants.load(variant.group) : []),
      availability: ({ available, isArchived }) => ({
        inStock: available > 0 && !isArchived,
        quantity: isArchived ? 0 : available,
      }),
      stock: ({ available, reserved, sold }) => ({ available, reserved, sold }),
      stockEntries: async ({ id }, { first, after }) => {
        const list = `stockEntries:${id}`;
        const page = readPage(list, { first: first ?? null, after: after ?? null }, ([sequence, ...more]) => {
          if (!Number.isSafeInteger(sequence) || more.length > 0) throw new Error('not a key');
          return sequence as number;
        });
        const [rows, totalCount] = await Promise.all([
          stock.ledger(id, page.after, page.first + 1),
          stock.countLedger(id),
        ]);
        return createConnection(rows, page, ({ sequence }) => createCursor(list, sequence), totalCount);
      },
    },
    PriceChange: { price: ({ price }) => toMoneyOutput(price) },
    StockEntry: { delta: ({ available }) => available, occurredAt: ({ at }) => at },
  };
}
