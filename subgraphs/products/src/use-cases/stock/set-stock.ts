import type { Clock } from '@cartograph/kit/clock';
import { MAX_STOCK, type Product } from '../../domain/products/product.js';
import { createEntry } from '../../domain/stock/stock.js';
import type { CatalogueStore, StockStore } from '../../store/store.js';
import { loadProduct } from '../products/write-product.js';

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly stock: StockStore;
  readonly clock: Clock;
}

interface SetStock {
  /** The product as it was read a moment ago. */
  readonly product: Product;
  /** Units available from now on. */
  readonly available: number;
  /** Of the ledger entry. If the product has an entry with this id, the stock was set before. */
  readonly entryId: string;
  readonly reason: string;
}

/**
 * Sets a product's available stock to a number. The ledger gets the difference, and reservations stay as they are. Safe to
 * repeat. @returns the changed product, or undefined if nothing changed
 */
export async function setStock(
  { catalogue, stock, clock }: Deps,
  { product: known, available, entryId, reason }: SetStock,
): Promise<Product | undefined> {
  for (let product = known; product.available !== available;) {
    if (await stock.findEntry(product.id, entryId)) return undefined;
    const entry = createEntry('ADJUSTMENT', available - product.available, {
      id: entryId,
      productId: product.id,
      reason,
      at: clock(),
    });
    const changed = await stock.adjust(product.id, entry, MAX_STOCK, product.available);
    if (changed) return changed;
    // An order came first, so the difference is another one now.
    product = await loadProduct({ catalogue }, product.id);
  }
  return undefined;
}
