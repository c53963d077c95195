import { createConnection, createCursor, readPage } from '@cartograph/kit';
import type { StockStore } from '../../store/store.js';

/** A page of a product's ledger, newest first. */
export async function listStockEntries(
  stock: StockStore,
  productId: string,
  { first = null, after = null }: { first?: number | null | undefined; after?: string | null | undefined },
) {
  const list = `stockEntries:${productId}`;
  const page = readPage(list, { first, after }, ([sequence, ...more]) => {
    if (!Number.isSafeInteger(sequence) || more.length > 0) throw new Error('not a key');
    return sequence as number;
  });
  const [rows, totalCount] = await Promise.all([
    stock.ledger(productId, page.after, page.first + 1),
    stock.countLedger(productId),
  ]);
  return createConnection(rows, page, ({ sequence }) => createCursor(list, sequence), totalCount);
}
