import type { ReleaseReason } from '../../domain/stock/hold.js';
import type { CatalogueStore } from '../../store/store.js';
import { adjustStock, type AdjustStock } from './adjust-stock.js';
import { commitStock } from './commit-stock.js';
import { listReservations } from './list-reservations.js';
import { listStockEntries } from './list-stock-entries.js';
import type { Deps as HoldDeps } from './move-hold.js';
import { releaseExpired, releaseOrphans } from './release-expired.js';
import { releaseStock } from './release-stock.js';
import { reserveStock, type ReserveInput } from './reserve-stock.js';

export type StockUseCases = ReturnType<typeof createStockUseCases>;

interface Deps extends HoldDeps {
  readonly catalogue: CatalogueStore;
}

/** An order's stock from reservation to sale, and stock that staff count by hand. */
export function createStockUseCases(deps: Deps) {
  return {
    reserve: (input: ReserveInput) => reserveStock(deps, input),
    release: (orderId: string, reason?: ReleaseReason) => releaseStock(deps, orderId, reason),
    commit: (orderId: string) => commitStock(deps, orderId),
    adjust: (input: AdjustStock) => adjustStock(deps, input),
    entries: (productId: string, page: Parameters<typeof listStockEntries>[2]) =>
      listStockEntries(deps.stock, productId, page),
    reservations: (orderIds: readonly string[]) => listReservations(deps.stock, orderIds),
    releaseExpired: () => releaseExpired(deps),
    releaseOrphans: () => releaseOrphans(deps),
  };
}
