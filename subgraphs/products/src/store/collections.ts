import type { CurrencyCode } from '@cartograph/money';
import type { Collection, Db } from 'mongodb';
import type { StoredCategory } from '../domain/categories/category.js';
import type { Column } from '../domain/import/catalogue-columns.js';
import type { Hold } from '../domain/stock/hold.js';
import type { NewProduct } from '../domain/products/product-input.js';
import type { Attribute, Variant } from '../domain/products/product.js';
import type { StockEntryType } from '../domain/stock/stock.js';

/** Part of an order's hold, inside the product it holds. */
export interface Reservation {
  readonly orderId: string;
  readonly quantity: number;
  readonly at: Date;
}

/**
 * What a change leaves behind in the document it changed, by the same update: a single-document write is all a
 * standalone MongoDB makes atomic. The relay moves it to the ledger and to the event bus.
 */
export type OutboxEntry =
  | {
      readonly kind: 'stock';
      readonly id: string;
      readonly type: StockEntryType;
      readonly available: number;
      readonly reserved: number;
      readonly sold: number;
      readonly orderId: string | null;
      readonly reason: string;
      readonly at: Date;
      readonly traceparent: string | null;
    }
  | {
      readonly kind: 'product';
      readonly id: string;
      readonly at: Date;
      readonly traceparent: string | null;
      readonly name: string;
      readonly price: { readonly minor: number; readonly currency: CurrencyCode };
      readonly isArchived: boolean;
      readonly version: number;
      /** The group of variants that it left by this change. */
      readonly leftGroup?: string;
    };

export interface ProductDocument {
  readonly _id: string;
  readonly sku: string;
  /** Lower case: two skus that differ in case only would be taken for each other. */
  readonly skuKey: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly categoryPath: readonly string[];
  readonly price: { readonly minor: number; readonly currency: CurrencyCode };
  readonly prices: readonly {
    readonly minor: number;
    readonly currency: CurrencyCode;
    readonly since: Date;
  }[];
  readonly imageUrl: string | null;
  readonly attributes: readonly Attribute[];
  readonly variant: Variant | null;
  readonly isArchived: boolean;
  /** Of a group of variants one is listed. */
  readonly isListed: boolean;
  /** Listed and not archived: what the public list begins with, so that one index does for both. */
  readonly isShown: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;

  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly reservations: readonly Reservation[];
  /** Ids of the last entries made by hand, so that none is made twice. */
  readonly lastAdjustments?: readonly string[];
  /** Counts the entries that ever were in `outbox`: the last one's sequence. */
  readonly sequence: number;
  readonly outbox: readonly OutboxEntry[];
  /** Present only while `outbox` holds something: a sparse index finds those few. */
  readonly hasOutbox?: true;

  readonly nameWords: readonly string[];
  readonly keyWords: readonly string[];
  readonly words: readonly string[];
  readonly nameKey: string;
  /** What filters compare; of a listed variant also those of its siblings. */
  readonly attributeKeys: readonly string[];
  /** `name=value` as people read it, for facets; numbers are left out. */
  readonly facetKeys: readonly string[];
  /** Of a listed variant: whether any of its siblings can be bought. The relay keeps it, a moment late. */
  readonly siblingInStock?: boolean;
  /** Of a variant that is or was listed: how often its entry in lists was written. */
  readonly groupRevision?: number;
  /** Of a variant on sale: its group and options. Unique, so that no two can be bought that are the same. */
  readonly variantKey?: string;
  /** Of a variant that named its group or moved it to a category: the highest says what the others are to have. */
  readonly sharedRevision?: number;
}

export interface LedgerDocument {
  readonly _id: string;
  readonly productId: string;
  readonly sequence: number;
  readonly type: StockEntryType;
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly availableAfter: number;
  readonly orderId: string | null;
  readonly reason: string;
  readonly at: Date;
}

export type HoldDocument = Omit<Hold, 'orderId'> & { readonly _id: string };
export interface CategoryDocument extends Omit<StoredCategory, 'slug' | 'version'> {
  readonly _id: string;
  /** Absent in those of older releases: 1. */
  readonly version?: number;
  /** When its products are filed once more, after a change. */
  readonly refileAt?: Date;
}
/** One process at a time may do what `_id` names, until `until`. */
export interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly until: Date;
}

/** One file being imported. Once all its rows are staged the import goes through, whoever finishes it. */
export interface ImportDocument {
  readonly _id: string;
  readonly rows: number;
  /** Absent in those of older releases, which wrote this document only then. */
  readonly isStaged?: boolean;
  /** Somebody works on it until then. */
  readonly until: Date;
}

export interface ImportRowDocument {
  readonly _id: string;
  readonly importId: string;
  /** Pairs, since a column's name may hold a dot. */
  readonly row?: readonly (readonly [Column, string])[];
  /** In place of `row` in those that an older release staged. */
  readonly product?: NewProduct;
}

export interface Collections {
  readonly products: Collection<ProductDocument>;
  readonly categories: Collection<CategoryDocument>;
  readonly holds: Collection<HoldDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly imports: Collection<ImportDocument>;
  readonly importRows: Collection<ImportRowDocument>;
}

export function openCollections(db: Db): Collections {
  return {
    products: db.collection('products'),
    categories: db.collection('categories'),
    holds: db.collection('stock_holds'),
    ledger: db.collection('stock_ledger'),
    leases: db.collection('leases'),
    imports: db.collection('imports'),
    importRows: db.collection('import_rows'),
  };
}
