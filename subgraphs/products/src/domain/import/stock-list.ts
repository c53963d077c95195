import type { Column } from './catalogue-columns.js';

const STOCK_LIST: ReadonlySet<Column> = new Set<Column>(['sku', 'stock', 'restore']);

/**
 * A file that has nothing but SKUs and stock is a stock list: its numbers replace the stock of existing products. In other
 * files, such as an export that was edited for an hour, the column stock may be older than the latest orders, so it only
 * gives new products their first stock.
 */
export const isStockList = (columns: readonly Column[]): boolean =>
  columns.includes('stock') && columns.every((column) => STOCK_LIST.has(column));

/** The column that `stock` means in a file with these columns. */
export const stockColumn = (columns: readonly Column[]): 'stock' | 'setStock' =>
  isStockList(columns) ? 'setStock' : 'stock';
