import type { Category } from '../domain/categories/category.js';
import { productName, skuKey, type Product } from '../domain/products/product.js';
import { searchFields } from '../domain/search/search-index.js';
import type { StockEntry } from '../domain/stock/stock.js';
import type { OutboxEntry, ProductDocument } from './collections.js';

/** The fields that readers need. The others are large and only for the store. */
export const PRODUCT_PROJECTION = {
  sku: 1,
  title: 1,
  description: 1,
  category: 1,
  price: 1,
  imageUrl: 1,
  attributes: 1,
  variant: 1,
  weight: 1,
  dimensions: 1,
  available: 1,
  reserved: 1,
  sold: 1,
  isArchived: 1,
  version: 1,
  createdAt: 1,
  updatedAt: 1,
} as const;

export type ProductRow = Pick<ProductDocument, '_id' | keyof typeof PRODUCT_PROJECTION>;

export function toProduct(row: ProductRow): Product {
  return {
    id: row._id,
    sku: row.sku,
    title: row.title,
    description: row.description,
    category: row.category,
    price: row.price,
    imageUrl: row.imageUrl,
    attributes: row.attributes,
    variant: row.variant,
    // Products of releases before these fields have neither.
    weight: row.weight ?? null,
    dimensions: row.dimensions ?? null,
    available: row.available,
    reserved: row.reserved,
    sold: row.sold,
    isArchived: row.isArchived,
    version: row.version,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** The fields that depend on a product's category: its path, search words and facets. */
export function filedFields(product: Product, path: readonly Category[]) {
  const isNumber = new Set(
    path.flatMap(({ attributes }) =>
      attributes.filter(({ type }) => type === 'NUMBER').map(({ name }) => name),
    ),
  );
  return {
    categoryPath: path.map(({ slug }) => slug),
    ...searchFields(product, path),
    facetKeys: product.attributes
      .filter(({ name }) => !isNumber.has(name))
      .map(({ name, value }) => `${name}=${value}`),
  };
}

/** All fields of a product except stock, price history and outbox. */
export function writtenFields(product: Product, path: readonly Category[]) {
  return {
    sku: product.sku,
    skuKey: skuKey(product.sku),
    title: product.title,
    description: product.description,
    category: product.category,
    price: product.price,
    imageUrl: product.imageUrl,
    attributes: product.attributes,
    variant: product.variant,
    weight: product.weight,
    dimensions: product.dimensions,
    isArchived: product.isArchived,
    version: product.version,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    // A variant's depends on its siblings: `refreshGroup` writes it.
    ...(product.variant === null && { fromPrice: product.price.minor }),
    ...filedFields(product, path),
  };
}

export function productEntry(
  product: Product,
  id: string,
  traceparent: string | null,
  leftGroup?: string,
): OutboxEntry {
  return {
    ...(leftGroup !== undefined && { leftGroup }),
    kind: 'product',
    id,
    at: product.updatedAt,
    traceparent,
    name: productName(product),
    price: product.price,
    isArchived: product.isArchived,
    version: product.version,
  };
}

export function stockOutboxEntry(
  { productId: _, ...entry }: StockEntry,
  traceparent: string | null,
): OutboxEntry {
  return { kind: 'stock', ...entry, traceparent };
}
