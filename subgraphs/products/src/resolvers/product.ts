import { toMoneyOutput } from '@cartograph/money';
import { imageUrlOf, productName, skuKey } from '../domain/products/product.js';
import { orderVariants } from '../domain/products/variant-group.js';
import { orderAttributes } from '../domain/search/product-query.js';
import type { Resolvers } from '../generated/graphql.js';
import type { StockUseCases } from '../use-cases/stock/index.js';

interface Deps {
  readonly stock: Pick<StockUseCases, 'entries'>;
  readonly imagesBaseUrl: string;
}

export function createProductResolvers({
  stock,
  imagesBaseUrl,
}: Deps): Pick<Resolvers, 'Product' | 'PriceChange' | 'StockEntry'> {
  return {
    Product: {
      __resolveReference: (reference, { loaders }) => {
        // Each representation has one of the two keys.
        const { id, sku } = reference as { id?: string; sku?: string };
        return id === undefined ? loaders.productBySku.load(skuKey(String(sku))) : loaders.product.load(id);
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
      variants: async ({ variant, category }, _, { loaders }) => {
        if (!variant) return [];
        const variants = await loaders.variants.load(variant.group);
        return orderVariants(variants, (await loaders.categoryTree()).attributesOf(category));
      },
      availability: ({ available, isArchived }) => ({
        inStock: available > 0 && !isArchived,
        quantity: isArchived ? 0 : available,
      }),
      stock: ({ available, reserved, sold }) => ({ available, reserved, sold }),
      stockEntries: ({ id }, page) => stock.entries(id, page),
    },
    PriceChange: { price: ({ price }) => toMoneyOutput(price) },
    StockEntry: { delta: ({ available }) => available, occurredAt: ({ at }) => at },
  };
}
