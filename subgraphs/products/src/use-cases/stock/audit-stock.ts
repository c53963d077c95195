import { stockDifferences } from '../../domain/stock/stock.js';
import type { StockAuditRow, StockStore } from '../../store/store.js';

export interface StockAudit {
  readonly products: number;
  /** The sum of all initial stock and adjustments. */
  readonly unitsPutIn: number;
  /** One for each product whose numbers do not match. */
  readonly differences: readonly { productId: string; sku: string; differences: readonly string[] }[];
}

/** How often a product with differences is read again, because the shop may be selling during the audit. */
const READS = 3;

/**
 * Checks that stock is conserved. For every product, initial stock + adjustments = available + reserved + sold, each of the
 * three is the sum of the ledger, and the reserved stock is the sum of open reservations. Safe while the shop is running.
 */
export async function auditStock(stock: StockStore): Promise<StockAudit> {
  let products = 0;
  let unitsPutIn = 0;
  const suspects: StockAuditRow[] = [];
  for await (const row of stock.auditRows()) {
    products++;
    unitsPutIn += row.put;
    if ((await differencesOf(stock, row)).length > 0) suspects.push(row);
  }
  const differences: StockAudit['differences'][number][] = [];
  for (const suspect of suspects) {
    let found = await differencesOf(stock, suspect);
    for (let read = 1; read < READS && found.length > 0; read++) {
      for await (const row of stock.auditRows([suspect.productId])) found = await differencesOf(stock, row);
    }
    if (found.length > 0)
      differences.push({ productId: suspect.productId, sku: suspect.sku, differences: found });
  }
  return { products, unitsPutIn, differences };
}

async function differencesOf(
  stock: StockStore,
  { actual, ledger, put, held, orders }: StockAuditRow,
): Promise<string[]> {
  const differences = stockDifferences(actual, ledger, put, held);
  if (orders.length === 0) return differences;
  const holds = await stock.findHolds(orders.map(({ orderId }) => orderId));
  for (const { orderId, quantity } of orders) {
    const state = holds.get(orderId)?.state;
    if (state === undefined || state === 'RELEASED' || state === 'COMMITTED')
      differences.push(
        `${quantity} are reserved for order ${orderId}, whose stock is ${state?.toLowerCase() ?? 'unknown'}`,
      );
  }
  return differences;
}
