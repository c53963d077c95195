import { currentContext } from '@cartograph/kit';
import type { Filter, UpdateFilter } from 'mongodb';
import type { Category, StoredCategory } from '../domain/categories/category.js';
import type { NewListing } from '../domain/products/listing.js';
import type { Product } from '../domain/products/product.js';
import { variantKey } from '../domain/products/variant-group.js';
import type { Collections, ProductDocument } from './collections.js';
import { duplicatesOf, isDuplicateKey } from './duplicates.js';
import { createCategoryStore } from './categories.js';
import {
  PRODUCT_PROJECTION,
  productEntry,
  stockOutboxEntry,
  toProduct,
  writtenFields,
  type ProductRow,
} from './product-document.js';
import {
  afterFilter,
  facetPipeline,
  isComputed,
  keyOf,
  listPipeline,
  listProjection,
  orderOf,
  readFacets,
  shownIn,
  toFilter,
  toSort,
  type ListRow,
} from './search-queries.js';
import type { CatalogueStore, GroupMember } from './store.js';
import { refreshGroup, type GroupRow } from './variant-groups.js';

/** How many past prices of a product are kept. */
const MAX_PRICES = 200;
const traceparent = () => currentContext()?.traceparent ?? null;

function toDocument({ product, path, stock }: NewListing, eventId: string): ProductDocument {
  const isListed = product.variant === null;
  return {
    _id: product.id,
    fromPrice: product.price.minor,
    ...writtenFields(product, path),
    prices: [{ ...product.price, since: product.createdAt }],
    isListed,
    isShown: isListed && !product.isArchived,
    available: stock.available,
    reserved: 0,
    sold: 0,
    reservations: [],
    ...(variantKey(product) !== null && { variantKey: variantKey(product)! }),
    sequence: 2,
    outbox: [stockOutboxEntry(stock, traceparent()), productEntry(product, eventId, traceparent())],
    hasOutbox: true,
  };
}

export interface CatalogueDeps {
  readonly newId: () => string;
  /** Called with the search words of each product that is written. */
  readonly onWords?: (words: readonly string[]) => void;
}

/** The catalogue in MongoDB, or in the embedded document store: it uses only what both can do. */
export function createCatalogueStore(
  { products, categories }: Pick<Collections, 'products' | 'categories'>,
  { newId, onWords }: CatalogueDeps,
): CatalogueStore {
  const find = async (filter: Filter<ProductDocument>) =>
    (await products.find<ProductRow>(filter, { projection: PRODUCT_PROJECTION }).toArray()).map(toProduct);

  async function allCategories(): Promise<StoredCategory[]> {
    const rows = await categories.find().toArray();
    return rows.map(({ _id, version = 1, refileAt: _refileAt, ...category }) => ({
      ...category,
      version,
      slug: _id,
    }));
  }
  const refresh = (group: string) => refreshGroup(products, group, allCategories, replace);

  async function replace(
    product: Product,
    path: readonly Category[],
    version: number,
    sharedRevision?: number,
  ): Promise<boolean> {
    const current = await products.findOne<
      Pick<ProductDocument, 'sku' | 'title' | 'category' | 'price' | 'variant' | 'attributes' | 'isArchived'>
    >(
      { _id: product.id, version },
      { projection: { sku: 1, title: 1, category: 1, price: 1, variant: 1, attributes: 1, isArchived: 1 } },
    );
    if (!current) return false;
    const { sku: _sku, skuKey: _skuKey, createdAt: _createdAt, ...written } = writtenFields(product, path);
    onWords?.(written.words);
    const priceChanged =
      current.price.minor !== product.price.minor || current.price.currency !== product.price.currency;
    const leftGroup =
      current.variant && current.variant.group !== product.variant?.group ? current.variant.group : undefined;
    const key = variantKey(product);
    // Written only if it changes: equal variants that an older release left can then be changed in other ways.
    const keyChanged = variantKey(current) !== key;
    const unset = {
      ...(keyChanged && key === null && { variantKey: 1 }),
      ...(leftGroup !== undefined && { offers: 1 as const, sharedRevision: 1 as const }),
    };
    const update = {
      $set: {
        ...written,
        hasOutbox: true,
        ...(product.variant === null
          ? { isListed: true, isShown: !product.isArchived }
          : product.isArchived && { isShown: false }),
        ...(keyChanged && key !== null && { variantKey: key }),
        ...(sharedRevision !== undefined && { sharedRevision }),
      },
      ...(Object.keys(unset).length > 0 && { $unset: unset }),
      $inc: { sequence: 1 },
      $push: {
        outbox: productEntry(product, newId(), traceparent(), leftGroup),
        ...(priceChanged && {
          prices: { $each: [{ ...product.price, since: product.updatedAt }], $slice: -MAX_PRICES },
        }),
      },
    } as unknown as UpdateFilter<ProductDocument>;
    try {
      const { matchedCount } = await products.updateOne({ _id: product.id, version }, update);
      return matchedCount === 1;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    findByIds: (ids) => find(ids.length === 1 ? { _id: ids[0]! } : { _id: { $in: ids } }),
    findBySkus: (skuKeys) =>
      find(skuKeys.length === 1 ? { skuKey: skuKeys[0]! } : { skuKey: { $in: skuKeys } }),

    async findVariants(groups) {
      const rows = await products
        .find<ProductRow>(
          { 'variant.group': { $in: groups }, isArchived: false },
          { projection: PRODUCT_PROJECTION },
        )
        .sort({ createdAt: 1, _id: 1 })
        .toArray();
      const found = new Map<string, Product[]>(groups.map((group) => [group, []]));
      for (const row of rows) found.get(row.variant!.group)?.push(toProduct(row));
      return found;
    },

    async findGroups(groups) {
      const rows = await products
        .find<GroupRow>(
          { 'variant.group': { $in: groups } },
          { projection: { ...PRODUCT_PROJECTION, sharedRevision: 1 } },
        )
        .sort({ createdAt: 1, _id: 1 })
        .toArray();
      const found = new Map<string, GroupMember[]>(groups.map((group) => [group, []]));
      for (const row of rows)
        found
          .get(row.variant!.group)
          ?.push({ product: toProduct(row), sharedRevision: row.sharedRevision ?? 0 });
      return found;
    },

    async findPrices(ids) {
      const rows = await products.find({ _id: { $in: ids } }, { projection: { prices: 1 } }).toArray();
      return new Map(
        rows.map(({ _id, prices }) => [
          _id,
          prices.map(({ minor, currency, since }) => ({ price: { minor, currency }, since })).reverse(),
        ]),
      );
    },

    async list(query, sort, after, limit) {
      const order = orderOf(query, sort);
      const rows = await (
        isComputed(query, order)
          ? products.aggregate<ListRow>(listPipeline(query, order, after, limit))
          : products
              .find<ListRow>(
                // Both conditions may contain an $or, so $and joins them.
                after ? { $and: [toFilter(query), afterFilter(order, after)] } : toFilter(query),
                { projection: listProjection(query) },
              )
              .sort(toSort(order))
              .limit(limit)
      ).toArray();
      const shown = rows.map((row) => shownIn(query, row));
      const missing = shown.filter((id, index) => id !== rows[index]!._id);
      const others = new Map(
        missing.length === 0
          ? []
          : (await find({ _id: { $in: missing } })).map((product) => [product.id, product]),
      );
      return rows.map((row, index) => ({
        product: others.get(shown[index]!) ?? toProduct(row),
        key: keyOf(order, row),
      }));
    },

    count: (query) => products.countDocuments(toFilter(query)),

    async facets(query, priceSteps) {
      const [result] = await products.aggregate(facetPipeline(query, priceSteps)).toArray();
      return readFacets(query, result);
    },

    words: () => products.distinct('words'),

    async *all() {
      for await (const row of products
        .find<ProductRow>({}, { projection: PRODUCT_PROJECTION })
        .sort({ _id: 1 }))
        yield toProduct(row);
    },

    async insert(listings) {
      if (listings.length === 0) return new Set();
      const documents = listings.map((listing) => toDocument(listing, newId()));
      for (const { words } of documents) onWords?.(words);
      const error: unknown = await products.insertMany(documents, { ordered: false }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      return new Set(duplicatesOf(error).map((index) => listings[index]!.product.id));
    },

    replace,

    ...createCategoryStore({ products, categories }, refresh),
    refreshGroup: refresh,

    categories: allCategories,

    async countByCategory() {
      const rows = await products
        .aggregate<{ _id: string; count: number }>([
          { $match: { isShown: true } },
          { $unwind: '$categoryPath' },
          { $group: { _id: '$categoryPath', count: { $sum: 1 } } },
        ])
        .toArray();
      return new Map(rows.map(({ _id, count }) => [_id, count]));
    },
  };
}
