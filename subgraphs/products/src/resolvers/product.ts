import { toMoneyOutput } from '@cartograph/money';
import { imageUrlOf, productName, skuKey, type Product } from '../domain/products/product.js';
import { lowestPrice, pageOf, type ProductPage } from '../domain/products/product-page.js';
import { orderAttributes } from '../domain/search/product-query.js';
import type { Resolvers } from '../generated/graphql.js';
import type { Loaders } from './loaders.js';
import type { StockUseCases } from '../use-cases/stock/index.js';

interface Deps {
  readonly stock: Pick<StockUseCases, 'entries'>;
  readonly imagesBaseUrl: string;
}

async function loadPage(product: Product, loaders: Loaders): Promise<ProductPage> {
  const siblings = product.variant ? await loaders.variants.load(product.variant.group) : [];
  const tree = await loaders.categoryTree();
  return pageOf(product, siblings, tree.attributesOf(product.category));
}

export function createProductResolvers({
  stock,
  imagesBaseUrl,
}: Deps): Pick<Resolvers, 'Product' | 'ProductPage' | 'PriceChange' | 'StockEntry'> {
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
      // Archived variants are on no page but their own.
      variants: async (product, _, { loaders }) => {
        if (!product.variant) return [];
        const { variants } = await loadPage(product, loaders);
        return variants.some(({ isArchived }) => isArchived) ? [] : [...variants];
      },
      page: (product, _, { loaders }) => loadPage(product, loaders),
      availability: ({ available, isArchived }) => ({
        inStock: available > 0 && !isArchived,
        quantity: isArchived ? 0 : available,
      }),
      stock: ({ available, reserved, sold }) => ({ available, reserved, sold }),
      stockEntries: ({ id }, page) => stock.entries(id, page),
    },
    ProductPage: {
      category: ({ category }, _, { loaders }) => loaders.category(category),
      fromPrice: (page) => toMoneyOutput(lowestPrice(page)),
    },
    PriceChange: { price: ({ price }) => toMoneyOutput(price) },
    StockEntry: { delta: ({ available }) => available, occurredAt: ({ at }) => at },
  };
}
