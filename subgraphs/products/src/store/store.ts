import type { AnyEvent } from '@cartograph/events';
import type { Relayed } from '@cartograph/kit';
import type { Category, CategoryTree, StoredCategory } from '../domain/categories/category.js';
import type { Hold, HoldItem, HoldState } from '../domain/stock/hold.js';
import type { PriceChange, Product } from '../domain/products/product.js';
import type { CatalogueRow } from '../domain/import/catalogue-columns.js';
import type { NewListing } from '../domain/products/listing.js';
import type { ProductQuery, ProductSort } from '../domain/search/product-query.js';
import type { StockChange, StockEntry } from '../domain/stock/stock.js';

/** Where a list goes on: the sort key of its last item and its id. */
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
  /** Orders what was said about the group as a whole: the highest counts. */
  readonly sharedRevision: number;
}

export interface FacetCounts {
  readonly categories: ReadonlyMap<string, number>;
  /** By `name=value`. */
  readonly attributes: ReadonlyMap<string, number>;
  /** By the step's index in PRICE_STEPS. */
  readonly prices: ReadonlyMap<number, number>;
  readonly inStock: number;
}

export type NewCategory = Omit<Category, 'position' | 'version'> & { readonly position?: number };

/** Categories, and how products are filed under them. */
export interface CategoryStore {
  /** Without a position it becomes the last of its siblings. @returns false if the slug is taken */
  insertCategory(category: NewCategory): Promise<boolean>;
  /** Puts a category back that was deleted while a product was written that stands in it. */
  keepCategory(category: Category): Promise<void>;
  /** `refileAt`: when its products are to be filed once more. */
  changeCategory(
    slug: string,
    changes: Partial<Omit<Category, 'slug' | 'path'>> & { readonly refileAt?: Date },
  ): Promise<void>;
  /** How many products that stand in one of these categories have each value of an attribute. */
  countValues(categories: readonly string[], attribute: string): Promise<Map<string, number>>;
  /** Deletes a category unless products stand in it. @returns how many do */
  deleteCategory(category: Category): Promise<number>;
  categoriesToRefile(now: Date): Promise<string[]>;
  /** Files the products in and below a category under what the tree says now. Safe to repeat and to race. */
  refile(slug: string, tree: CategoryTree): Promise<void>;
  /** Files them no more, unless the category has changed again since `now`. */
  refiled(slug: string, now: Date): Promise<void>;
}

/** What is written about products. */
export interface CatalogueStore extends CategoryStore {
  findByIds(ids: readonly string[]): Promise<Product[]>;
  /** @param skuKeys in lower case */
  findBySkus(skuKeys: readonly string[]): Promise<Product[]>;
  /** The variants of each group, archived ones left out, oldest first. */
  findVariants(groups: readonly string[]): Promise<Map<string, Product[]>>;
  /** All variants of each group, archived ones included, oldest first. */
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
  /** All products, for export, by id. */
  all(): AsyncIterable<Product>;

  /** Adds products. @returns the ids of those that were not added: their sku, id or options are taken */
  insert(products: readonly NewListing[]): Promise<ReadonlySet<string>>;
  /**
   * Replaces what is written about a product; only if its version is still `version` and no variant with its options is
   * on sale. `sharedRevision`: its name and category are the group's, in place of those with a lower one.
   */
  replace(
    product: Product,
    path: readonly Category[],
    version: number,
    sharedRevision?: number,
  ): Promise<boolean>;
  /**
   * Gives all variants of a group the newest name and category, and chooses the one that is listed and what it is found
   * by. Safe to repeat and to race.
   */
  refreshGroup(group: string): Promise<void>;

  categories(): Promise<StoredCategory[]>;
  /** Products on show by the categories they stand in or below. */
  countByCategory(): Promise<Map<string, number>>;
}

export interface LedgerEntry extends StockEntry {
  readonly sequence: number;
  readonly availableAfter: number;
}

/** What of a product's stock the audit compares. */
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
   * @returns undefined if there is no such product; false if less would be left than none, or more than `max`, or if an
   * entry with this id was among the product's last ones already
   */
  adjust(productId: string, entry: StockEntry, max: number): Promise<Product | false | undefined>;
  /** Holds stock for an order, unless it holds some of this product already. */
  take(entry: StockEntry, item: HoldItem, orderId: string): Promise<'taken' | 'held' | 'short'>;
  /** Ends an order's reservation of a product by the entry's change; false if there is none (any more). */
  settle(entry: StockEntry, item: HoldItem, orderId: string): Promise<boolean>;
  /** What can be bought: 0 of archived and unknown products. */
  availability(productIds: readonly string[]): Promise<Map<string, number>>;

  findHold(orderId: string): Promise<Hold | undefined>;
  /** @returns false if the order has one already */
  insertHold(hold: Hold): Promise<boolean>;
  /** Changes a hold if its revision is still the one of `hold`; the changed hold or undefined. */
  moveHold(
    hold: Hold,
    changes: Partial<Omit<Hold, 'orderId' | 'revision' | 'items'>>,
  ): Promise<Hold | undefined>;
  /**
   * Lets a hold of exactly these items that is RESERVED last without end. It counts as a change like any other: whoever
   * read the hold before, to let it expire, finds another revision.
   * @returns false if the order has no such hold
   */
  keepHold(orderId: string, items: readonly HoldItem[], now: Date): Promise<boolean>;
  /** Holds in one of the states that are due. */
  dueHolds(states: readonly HoldState[], now: Date, limit: number): Promise<Hold[]>;
  findHolds(orderIds: readonly string[]): Promise<Map<string, Hold>>;
  /** Reservations inside products that are older than a moment. */
  oldReservations(before: Date): AsyncIterable<{ productId: string; orderId: string; quantity: number }>;

  /** Newest first; `before` is the sequence of the last one seen. */
  ledger(productId: string, before: number | undefined, limit: number): Promise<LedgerEntry[]>;
  countLedger(productId: string): Promise<number>;
  /** One entry of a product's, however new. */
  findEntry(productId: string, entryId: string): Promise<StockEntry | undefined>;
  auditRows(productIds?: readonly string[]): AsyncIterable<StockAuditRow>;
}

/** The outbox inside the products. */
export interface OutboxStore {
  /**
   * Moves up to about `limit` entries: into the ledger, then to `publish`, then away. Entries of one product keep
   * their order. If anything fails they stay, and doing it again does no harm.
   */
  relay(publish: (events: AnyEvent[]) => Promise<void>, limit: number): Promise<Relayed>;
  /** Milliseconds that the oldest entry has waited; 0 if there is none. */
  oldestAgeMs(): Promise<number>;
}

/** Lets one process at a time do a thing that several could do, but to no use. */
export interface LeaseStore {
  /** Whether this owner has (still or now) the lease for the next `ms` milliseconds. */
  hold(name: string, owner: string, ms: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
}

/** Imports under way. A file is staged as a whole before anything of it is applied. */
export interface ImportStore {
  /** Keeps all rows: only once they are all there is the import going to be applied. */
  stage(importId: string, rows: readonly CatalogueRow[], leaseMs: number): Promise<void>;
  /** Takes over an import that nobody works on any more. Those whose rows never all arrived are thrown away. */
  takeStale(leaseMs: number): Promise<string | undefined>;
  /** Says that somebody still works on it. */
  extend(importId: string, leaseMs: number): Promise<void>;
  rows(importId: string, limit: number): Promise<{ id: string; row: CatalogueRow }[]>;
  done(rowIds: readonly string[]): Promise<void>;
  finish(importId: string): Promise<void>;
}

/** Products by id in front of the store. */
export interface ProductCache {
  /** Products in the order of `ids`, from the cache where they are there, else from `load`. */
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
