import type { Category } from '../categories/category.js';
import type { NewProduct } from './product-input.js';
import type { Product } from './product.js';
import { createEntry, type StockEntry } from '../stock/stock.js';

/** A product to add. */
export interface NewListing {
  readonly product: Product;
  /** Its categories from the top level down. */
  readonly path: readonly Category[];
  /** Its initial stock. */
  readonly stock: StockEntry;
}

/** A new product, all of whose stock is available. */
export function createListing(
  { stock, ...written }: NewProduct,
  path: readonly Category[],
  at: Date,
  { productId, entryId }: { readonly productId: string; readonly entryId: string },
): NewListing {
  return {
    product: {
      ...written,
      id: productId,
      available: stock,
      reserved: 0,
      sold: 0,
      isArchived: false,
      version: 1,
      createdAt: at,
      updatedAt: at,
    },
    path,
    stock: createEntry('INITIAL', stock, { id: entryId, productId, reason: 'Initial stock', at }),
  };
}
