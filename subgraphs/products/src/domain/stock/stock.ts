export type StockEntryType = 'INITIAL' | 'ADJUSTMENT' | 'RESERVATION' | 'RELEASE' | 'COMMIT';

/** By how much each of a product's three numbers changes. */
export interface StockChange {
  readonly available: number;
  readonly reserved: number;
  readonly sold: number;
}

/** One line of the ledger. */
export interface StockEntry extends StockChange {
  readonly id: string;
  readonly productId: string;
  readonly type: StockEntryType;
  readonly orderId: string | null;
  readonly reason: string;
  readonly at: Date;
}

/** How each kind of entry changes the three numbers. Nothing else changes stock. */
export function stockChange(type: StockEntryType, quantity: number): StockChange {
  switch (type) {
    case 'INITIAL':
    case 'ADJUSTMENT':
      return { available: quantity, reserved: 0, sold: 0 };
    case 'RESERVATION':
      return { available: -quantity, reserved: quantity, sold: 0 };
    case 'RELEASE':
      return { available: quantity, reserved: -quantity, sold: 0 };
    case 'COMMIT':
      return { available: 0, reserved: -quantity, sold: quantity };
  }
}

export function sumChanges(changes: Iterable<StockChange>): StockChange {
  let [available, reserved, sold] = [0, 0, 0];
  for (const change of changes) {
    available += change.available;
    reserved += change.reserved;
    sold += change.sold;
  }
  return { available, reserved, sold };
}

/**
 * Compares a product's stock with its ledger and reservations.
 * @param put the sum of initial stock and adjustments in the ledger
 * @param held the sum of its open reservations
 * @returns the differences as sentences; empty if stock is conserved
 */
export function stockDifferences(
  actual: StockChange,
  ledger: StockChange,
  put: number,
  held: number,
): string[] {
  const differences: string[] = [];
  for (const part of ['available', 'reserved', 'sold'] as const) {
    if (actual[part] !== ledger[part])
      differences.push(`${part} is ${actual[part]}, the ledger adds up to ${ledger[part]}`);
    if (actual[part] < 0) differences.push(`${part} is negative`);
  }
  const total = actual.available + actual.reserved + actual.sold;
  if (put !== total)
    differences.push(`initial + adjustments are ${put}, available + reserved + sold are ${total}`);
  if (held !== actual.reserved)
    differences.push(`reserved is ${actual.reserved}, its reservations add up to ${held}`);
  return differences;
}

/** A line for the ledger. */
export function createEntry(
  type: StockEntryType,
  quantity: number,
  fields: { id: string; productId: string; reason: string; at: Date; orderId?: string },
): StockEntry {
  return { type, ...stockChange(type, quantity), orderId: null, ...fields };
}
