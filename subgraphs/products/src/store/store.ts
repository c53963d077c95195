import type { OutboxSource } from '@cartograph/kit';
import type { Category, CategoryTree, StoredCategory } from '../domain/categories/category.js';
import type { Hold, HoldItem, HoldState } from '../domain/stock/hold.js';
import type { PriceChange, Product } from '../domain/products/product.js';
import type { CatalogueRow } from '../domain/import/catalogue-columns.js';
import type { NewListing } from '../domain/products/listing.js';
import type { PriceCount } from '../domain/search/price-ranges.js';
import type { ProductQuery, ProductSort } from '../domain/search/product-query.js';
import type { StockChange, StockEntry } from '../domain/stock/stock.js';

/** Where the next page of a list starts: after the item with this sort key and id. */
export interface ListKey {
  readonly value: number | string;
  readonly id: string;
}

/** A product in a list, with the key it is sorted by. */
export interface ListedProduct {
  readonly product: Product;
  readonly key: ListKey;
}

/** A variant as its group sees it. */
export interface GroupMember {
  readonly product: Product;
  /** Orders the changes that apply to the whole group; the highest one counts. */
  readonly sharedRevision: number;
}

export interface FacetCounts {
  readonly categories: ReadonlyMap<string, number>;
  /** By `name=value`. */
  readonly attributes: ReadonlyMap<string, number>;
  /** How many products have matching variants in exactly these price ranges, by the indexes of their lower bounds. */
  readonly prices: readonly PriceCount[];
  readonly inStock: number;
}

export type NewCategory = Omit<Category, 'position' | 'version'> & { readonly position?: number };

/** Categories, and how products are filed under them. */
export interface CategoryStore {
  /** Without a position it becomes the last of its siblings. @returns false if the slug is taken */
  insertCategory(category: NewCategory): Promise<boolean>;
  /** Restores a category that was deleted while a product was added to it. */
  keepCategory(category: Category): Promise<void>;
  /** @param changes `refileAt` is when its products are refiled once more */
  changeCategory(
    slug: string,
    changes: Partial<Omit<Category, 'slug' | 'path'>> & { readonly refileAt?: Date },
  ): Promise<void>;
  /** How many products of these categories have each value of an attribute. */
  countValues(categories: readonly string[], attribute: string): Promise<Map<string, number>>;
  /** Deletes a category unless it has products. @returns how many it has */
  deleteCategory(category: Category): Promise<number>;
  categoriesToRefile(now: Date): Promise<string[]>;
  /** Updates what products in and below a category take from the tree: paths and search words. Safe to repeat and to race. */
  refile(slug: string, tree: CategoryTree): Promise<void>;
  /** Marks the products of a category as refiled, unless the category has changed since `startedAt`. */
  refiled(slug: string, startedAt: Date): Promise<void>;
}

/** Everything about products except their stock. */
export interface CatalogueStore extends CategoryStore {
  findByIds(ids: readonly string[]): Promise<Product[]>;
  /** @param skuKeys see `skuKey` */
  findBySkus(skuKeys: readonly string[]): Promise<Product[]>;
  /** The variants of each group without archived ones, oldest first. */
  findVariants(groups: readonly string[]): Promise<Map<string, Product[]>>;
  /** All variants of each group, including archived ones, oldest first. */
  findGroups(groups: readonly string[]): Promise<Map<string, GroupMember[]>>;
  findPrices(ids: readonly string[]): Promise<Map<string, PriceChange[]>>;
  list(
    query: ProductQuery,
    sort: ProductSort,
    after: ListKey | undefined,
    limit: number,
  ): Promise<ListedProduct[]>;
  count(query: ProductQuery): Promise<number>;
  facets(query: ProductQuery, priceSteps: readonly number[]): Promise<FacetCounts>;
  /** The search words of all products, each once. */
  words(): Promise<string[]>;
  /** All products in the order of their ids, for export. */
  all(): AsyncIterable<Product>;

  /** Adds products. @returns the ids of those not added, because their SKU, id or options are taken */
  insert(products: readonly NewListing[]): Promise<ReadonlySet<string>>;
  /**
   * Replaces a product, except for its stock, if its version is still `version` and no variant with its options is on sale.
   * @param sharedRevision given if its name and category apply to the whole group, over those with a lower revision
   * @returns false if it was not replaced
   */
  replace(
    product: Product,
    path: readonly Category[],
    version: number,
    sharedRevision?: number,
  ): Promise<boolean>;
  /**
   * Gives all variants of a group the newest name and category, then chooses the one that lists show and the words that
   * find it. Safe to repeat and to race.
   */
  refreshGroup(group: string): Promise<void>;

  categories(): Promise<StoredCategory[]>;
  /** Listed products by category, counted in every category of their path. */
  countByCategory(): Promise<Map<string, number>>;
}

export interface LedgerEntry extends StockEntry {
  readonly sequence: number;
  readonly availableAfter: number;
}

/** What the audit compares of a product's stock. */
export interface StockAuditRow {
  readonly productId: string;
  readonly sku: string;
  readonly actual: StockChange;
  readonly ledger: StockChange;
  /** Initial stock and adjustments. */
  readonly put: number;
  /** Sum of the reservations inside the product. */
  readonly held: number;
  readonly orders: readonly { readonly orderId: string; readonly quantity: number }[];
  /** Changes with every change of the product's stock. */
  readonly sequence: number;
}

/** Stock. Every method is one conditional update of one document, or reads only. */
export interface StockStore {
  /**
   * @returns undefined if the product does not exist; false if the result would be negative or above `max`, or if one of
   * the product's recent entries has this id already
   * @param expected given if the stock must still be this number; otherwise the result is false
   */
  adjust(
    productId: string,
    entry: StockEntry,
    max: number,
    expected?: number,
  ): Promise<Product | false | undefined>;
  /** Reserves a product for an order, unless the order has a reservation of it already. */
  take(entry: StockEntry, item: HoldItem, orderId: string): Promise<'taken' | 'held' | 'short'>;
  /** Ends an order's reservation of a product by the entry's change. @returns false if there is no reservation */
  settle(entry: StockEntry, item: HoldItem, orderId: string): Promise<boolean>;
  /** The stock that can be bought: 0 for archived and unknown products. */
  availability(productIds: readonly string[]): Promise<Map<string, number>>;

  findHold(orderId: string): Promise<Hold | undefined>;
  /** @returns false if the order has one already */
  insertHold(hold: Hold): Promise<boolean>;
  /** Changes a hold if its revision is still that of `hold`. @returns the changed hold, or undefined */
  moveHold(
    hold: Hold,
    changes: Partial<Omit<Hold, 'orderId' | 'revision' | 'items'>>,
  ): Promise<Hold | undefined>;
  /**
   * Removes the expiry of a RESERVED hold of exactly these items. It increases the revision like any other change, so a
   * worker that read the hold in order to expire it finds another revision.
   * @returns false if the order has no such hold
   */
  keepHold(orderId: string, items: readonly HoldItem[], now: Date): Promise<boolean>;
  /** Holds in one of the states whose `expiresAt` has passed. */
  dueHolds(states: readonly HoldState[], now: Date, limit: number): Promise<Hold[]>;
  findHolds(orderIds: readonly string[]): Promise<Map<string, Hold>>;
  /** Reservations inside products that are older than a moment. */
  oldReservations(before: Date): AsyncIterable<{ productId: string; orderId: string; quantity: number }>;

  /** Newest first; `before` is the sequence of the last one seen. */
  ledger(productId: string, before: number | undefined, limit: number): Promise<LedgerEntry[]>;
  countLedger(productId: string): Promise<number>;
  /** One entry of a product, even if it is not in the ledger yet. */
  findEntry(productId: string, entryId: string): Promise<StockEntry | undefined>;
  auditRows(productIds?: readonly string[]): AsyncIterable<StockAuditRow>;
}

/**
 * The outbox inside the products. `relay` also writes the ledger, of about `limit` entries at a time; if anything fails they
 * stay, and repeating it is safe.
 */
export type OutboxStore = OutboxSource;

/** Gives a task to one process at a time. */
export interface LeaseStore {
  /** Takes or renews the lease for `ms` milliseconds. @returns false if another owner holds it */
  hold(name: string, owner: string, ms: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}

/** A row to apply. Rows of new products are applied after the others, as the check expects. */
export interface StagedRow {
  readonly row: CatalogueRow;
  readonly isNew: boolean;
}

/** What has become of an import. */
export interface ImportProgress {
  readonly rows: number;
  readonly isFinished: boolean;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  /** The first of those that other changes made impossible. */
  readonly refused: readonly { readonly sku: string; readonly message: string }[];
}

/** Imports in progress. A file is staged as a whole before any of it is applied. */
export interface ImportStore {
  /** Begins to stage an import. */
  begin(importId: string, leaseMs: number): Promise<void>;
  /** @param from how many rows were added before */
  add(importId: string, from: number, rows: readonly StagedRow[], leaseMs: number): Promise<void>;
  /** From now on the import will be applied, whatever happens to this process. @throws if staging took too long */
  commit(importId: string, rows: number, leaseMs: number): Promise<void>;
  /** Discards an import that is not committed. */
  abandon(importId: string): Promise<void>;
  /** Takes over an import whose process has died. Imports that were not completely staged are discarded. */
  takeStale(leaseMs: number): Promise<string | undefined>;
  /** Extends this process's lease on the import. */
  extend(importId: string, leaseMs: number): Promise<void>;
  rows(importId: string, limit: number): Promise<{ id: string; row: CatalogueRow }[]>;
  done(
    importId: string,
    rowIds: readonly string[],
    result: Omit<ImportProgress, 'rows' | 'isFinished'>,
  ): Promise<void>;
  finish(importId: string): Promise<void>;
  /** Also of finished imports, for some days. */
  progress(importId: string): Promise<ImportProgress | undefined>;
}

/** Files that staff upload in parts, for a day. */
export interface ImportFileStore {
  /** Stores a part, in place of one that was stored before. */
  put(fileId: string, position: number, bytes: Uint8Array): Promise<void>;
  /** The parts in their order. */
  parts(fileId: string): AsyncIterable<Uint8Array>;
  remove(fileId: string): Promise<void>;
  /** Removes files and results of imports that are older than a moment. */
  removeOld(filesBefore: Date, resultsBefore: Date): Promise<void>;
}

/** Products by id in front of the store. */
export interface ProductCache {
  /** Products in the order of `ids`, from the cache if they are there, otherwise from `load`. */
  read(
    ids: readonly string[],
    load: (ids: readonly string[]) => Promise<Product[]>,
  ): Promise<(Product | undefined)[]>;
  /** Never rejects: what cannot be removed now is removed before the cache is read again. */
  invalidate(ids: readonly string[]): Promise<void>;
  /**
   * Changes with every write of any process: an answer made from many products is valid while it stays the same.
   * Undefined while Redis is unreachable, or while something remains to be removed.
   */
  revision(): Promise<string | undefined>;
  ping(): Promise<unknown>;
  close(): Promise<void>;
}

export interface ProductsStore {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly leases: LeaseStore;
  readonly imports: ImportStore;
  readonly importFiles: ImportFileStore;
}
