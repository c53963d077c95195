import type { CurrencyCode } from '@cartograph/money';
import type { Collection, Db } from 'mongodb';
import type { StoredCategory } from '../domain/categories/category.js';
import type { Column } from '../domain/import/catalogue-columns.js';
import type { Hold } from '../domain/stock/hold.js';
import type { NewProduct } from '../domain/products/product-input.js';
import type { Attribute, Dimensions, Variant } from '../domain/products/product.js';
import type { StockEntryType } from '../domain/stock/stock.js';

/** An order's reservation, stored in the product. */
export interface Reservation {
  readonly orderId: string;
  readonly quantity: number;
  readonly at: Date;
}

/**
 * The event of a change, stored in the changed document by the same update: only single-document writes are atomic in a
 * standalone MongoDB. The relay moves it to the ledger and to the event bus.
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
      /** The group of variants that the product left by this change. */
      readonly leftGroup?: string;
    };

/** What a list must know of one variant in order to find it, to sort by its price and to count it. */
export interface Offer {
  /** Of the variant's own document. */
  readonly id: string;
  /** Its price in minor units. */
  readonly minor: number;
  readonly inStock: boolean;
  readonly words: readonly string[];
  readonly attributeKeys: readonly string[];
  readonly facetKeys: readonly string[];
}

export interface ProductDocument {
  readonly _id: string;
  readonly sku: string;
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
  /** In grams. Absent in documents of older releases, as are the dimensions. */
  readonly weight?: number | null;
  readonly dimensions?: Dimensions | null;
  readonly isArchived: boolean;
  /** One variant of each group is listed. */
  readonly isListed: boolean;
  /** Listed and not archived. The public list filters by it first, so one index serves both conditions. */
  readonly isShown: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;

  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
  readonly reservations: readonly Reservation[];
  /** Ids of the last manual adjustments, so that none is applied twice. */
  readonly lastAdjustments?: readonly string[];
  /** How many entries `outbox` has ever had, which is the last one's sequence. */
  readonly sequence: number;
  readonly outbox: readonly OutboxEntry[];
  /** Present only while `outbox` has entries: a sparse index finds these few products. */
  readonly hasOutbox?: true;

  /** How its words were made; absent in documents of older releases. */
  readonly wordsVersion?: number;
  readonly nameWords: readonly string[];
  readonly keyWords: readonly string[];
  readonly words: readonly string[];
  readonly nameKey: string;
  /** The values that filters compare. A listed variant also has those of its siblings, as it has their words. */
  readonly attributeKeys: readonly string[];
  /** `name=value` as displayed, for facets. Numbers are omitted. */
  readonly facetKeys: readonly string[];
  /** What lists sort by: its own price or, for a listed variant, that of the group's first offer. */
  readonly fromPrice: number;
  /**
   * For a listed variant, everything of its group that can be bought, the one to show first. The relay updates the stock in
   * it, so that lags a moment behind.
   */
  readonly offers?: readonly Offer[];
  /** For a variant that is or was listed, how often its list entry was written. */
  readonly groupRevision?: number;
  /** For a variant on sale, its group and option values. Unique, so that no two equal variants are on sale. */
  readonly variantKey?: string;
  /** For a variant that set the name or category of its group. The others take these from the highest revision. */
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
  /** Absent in documents of older releases, which means 1. */
  readonly version?: number;
  /** When its products are refiled once more after a change. */
  readonly refileAt?: Date;
}
/** Gives the task named by `_id` to one process until `until`. */
export interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly until: Date;
}

/** A file being imported. Once all its rows are staged, some process completes the import. */
export interface ImportDocument {
  readonly _id: string;
  readonly rows: number;
  /** Absent in documents of older releases, which were written only after staging. */
  readonly isStaged?: boolean;
  /** The end of the importing process's lease. */
  readonly until: Date;
}

export interface ImportRowDocument {
  readonly _id: string;
  readonly importId: string;
  /** Pairs, because a column name may contain a dot. */
  readonly row?: readonly (readonly [Column, string])[];
  /** Replaces `row` in documents that an older release staged. */
  readonly product?: NewProduct;
}

/** An event that was published, kept in case the event bus loses it. */
export interface SentEventDocument {
  /** The event's id. */
  readonly _id: string;
  /** Of the batch that it was sent with, and its place there. */
  readonly mark: number;
  readonly place: number;
  readonly sentAt: Date;
  /** As JSON. */
  readonly event: string;
}

/** The mark of the last batch of events; its id is the aggregate. */
export interface SentMarkDocument {
  readonly _id: string;
  readonly mark: number;
}

/** What a finished or running import has done so far. */
export interface ImportResultDocument {
  readonly _id: string;
  readonly rows: number;
  readonly isFinished: boolean;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: readonly { readonly sku: string; readonly message: string }[];
  readonly at: Date;
}

/** A part of a file that staff uploaded. */
export interface ImportPartDocument {
  /** `fileId:position`, padded so that it sorts as text. */
  readonly _id: string;
  /** Base64. */
  readonly content: string;
  readonly at: Date;
}

export interface Collections {
  readonly products: Collection<ProductDocument>;
  readonly categories: Collection<CategoryDocument>;
  readonly holds: Collection<HoldDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly imports: Collection<ImportDocument>;
  readonly importRows: Collection<ImportRowDocument>;
  readonly sentEvents: Collection<SentEventDocument>;
  readonly sentMarks: Collection<SentMarkDocument>;
  readonly importResults: Collection<ImportResultDocument>;
  readonly importParts: Collection<ImportPartDocument>;
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
    sentEvents: db.collection('sent_events'),
    sentMarks: db.collection('sent_marks'),
    importResults: db.collection('import_results'),
    importParts: db.collection('import_parts'),
  };
}
