import { stockFaults } from '../../domain/stock/stock.js';
import type { StockAuditRow, StockStore } from '../../store/store.js';

export interface StockAudit {
  readonly products: number;
  /** All that was ever put in: initial stock and adjustments. */
  readonly unitsPutIn: number;
  /** One for each product whose numbers do not fit. */
  readonly faults: readonly { productId: string; sku: string; faults: readonly string[] }[];
}

/** How often a product that does not fit is read again: the shop may be selling while it is audited. */
const READS = 3;

/**
 * Proves that stock is conserved: for every product initial stock + adjustments = available + reserved + sold, each of
 * the three is what the ledger adds up to, and what is reserved is what open orders hold. Safe beside a running shop.
 */
export async function auditStock(stock: StockStore): Promise<StockAudit> {
  let products = 0;
  let unitsPutIn = 0;
  const suspects: StockAuditRow[] = [];
  for await (const row of stock.auditRows()) {
    products++;
    unitsPutIn += row.put;
    if ((await faultsOf(stock, row)).length > 0) suspects.push(row);
  }
  const faults: StockAudit['faults'][number][] = [];
  for (const suspect of suspects) {
    let found = await faultsOf(stock, suspect);
    for (let read = 1; read < READS && found.length > 0; read++) {
      for await (const row of stock.auditRows([suspect.productId])) found = await faultsOf(stock, row);
    }
    if (found.length > 0) faults.push({ productId: suspect.productId, sku: suspect.sku, faults: found });
  }
  return { products, unitsPutIn, faults };
}

async function faultsOf(
  stock: StockStore,
  { actual, ledger, put, held, orders }: StockAuditRow,
): Promise<string[]> {
  const faults = stockFaults(actual, ledger, put, held);
  if (orders.length === 0) return faults;
  const holds = await stock.findHolds(orders.map(({ orderId }) => orderId));
  for (const { orderId, quantity } of orders) {
    const state = holds.get(orderId)?.state;
    if (state === undefined || state === 'RELEASED' || state === 'COMMITTED')
      faults.push(
        `${quantity} are reserved for order ${orderId}, whose stock is ${state?.toLowerCase() ?? 'unknown'}`,
      );
  }
  return faults;
}
