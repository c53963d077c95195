import type { CurrencyCode } from '@cartograph/money';
import {
  columnLabel,
  REQUIRED,
  type CatalogueRow,
  type Column,
} from '../../domain/import/catalogue-columns.js';
import { readRow } from '../../domain/import/catalogue-row.js';
import type { Product } from '../../domain/products/product.js';
import { printable } from '@cartograph/kit/text';
import type { CatalogueStore } from '../../store/store.js';
import type { CategorySource } from '../categories/category-source.js';
import { createGroupCheck } from './check-groups.js';
import { findPresent, keyOf, type ImportLine, type RowError } from './rows.js';

export interface CheckedImport {
  /** In the order in which they can be applied. */
  readonly rows: readonly CatalogueRow[];
  readonly errors: readonly RowError[];
  /** Rows whose stock differs from the product's. */
  readonly otherStock: number;
}

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly categories: CategorySource;
  readonly currency: CurrencyCode;
}

const BATCH = 250;

/** Reads all rows and finds every error. Writes nothing. */
export async function checkImport(
  { catalogue, categories, currency }: Deps,
  lines: AsyncIterable<ImportLine>,
): Promise<CheckedImport> {
  const rules = { tree: await categories.fresh(), currency };
  const errors: RowError[] = [];
  const changed: CatalogueRow[] = [];
  const added: CatalogueRow[] = [];
  const lineOf = new Map<string, number>();
  const groups = createGroupCheck(catalogue);
  let otherStock = 0;

  function check(
    { line, row, faults }: Extract<ImportLine, { row: CatalogueRow }>,
    present: Product | undefined,
  ): void {
    const reading = readRow(row, present, rules, faults);
    if ('errors' in reading) return void errors.push(...reading.errors.map((message) => ({ line, message })));
    if ('changes' in reading && reading.hasOtherStock) otherStock += 1;
    groups.add(line, row, reading, present);
    (present ? changed : added).push(row);
  }

  for await (const batch of inBatches(lines, BATCH)) {
    const present = await findPresent(
      catalogue,
      batch.flatMap((one) => ('row' in one ? [one.row] : [])),
    );
    for (const one of batch) {
      const { line } = one;
      const error = 'row' in one ? rowError(one.row, one.endsBefore, lineOf) : one.error;
      if (error !== undefined || !('row' in one)) {
        errors.push({ line, message: error ?? '' });
        continue;
      }
      const key = keyOf(one.row);
      lineOf.set(key, line);
      check(one, present.get(key));
    }
  }
  errors.push(...(await groups.errors()));
  errors.sort((left, right) => left.line - right.line);
  return { rows: [...changed, ...added], errors, otherStock };
}

/** What is wrong with a row, whatever its product. */
function rowError(
  row: CatalogueRow,
  endsBefore: Column | undefined,
  lineOf: ReadonlyMap<string, number>,
): string | undefined {
  if (!row.sku?.trim()) return 'sku is missing.';
  const before = lineOf.get(keyOf(row));
  if (before !== undefined) return `sku: "${printable(row.sku)}" is also on line ${before}.`;
  // Spreadsheets leave out empty cells at the end of a row. A row without a required cell was cut off.
  if (endsBefore && (endsBefore === 'setStock' || (REQUIRED as readonly Column[]).includes(endsBefore)))
    return `The row ends before the column ${columnLabel(endsBefore)}. The file may be truncated.`;
  return undefined;
}

async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
