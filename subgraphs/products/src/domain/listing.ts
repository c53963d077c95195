import { newId } from '@cartograph/kit';
import type { Category } from './category.js';
import type { NewProduct } from './product-input.js';
import type { Product } from './product.js';
import { createEntry, type StockEntry } from './stock.js';

/** A product to be added. */
export interface NewListing {
  readonly product: Product;
  /** Its categories, from the top. */
  readonly path: readonly Category[];
  /** What it begins with. */
  readonly stock: StockEntry;
}

/**
 * What a new product is on its first day: all of its stock can be sold.
 * @param ids where they must be the same whoever adds it
 */
export function createListing(
  { stock, ...written }: NewProduct,
  path: readonly Category[],
  at: Date,
  { productId = newId(), entryId = newId() } = {},
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
