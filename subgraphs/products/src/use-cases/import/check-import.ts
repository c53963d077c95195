import { createHash } from 'node:crypto';
import type { CurrencyCode } from '@cartograph/money';
import { printable } from '@cartograph/kit/text';
import {
  columnLabel,
  REQUIRED,
  type CatalogueRow,
  type Column,
} from '../../domain/import/catalogue-columns.js';
import { readRow } from '../../domain/import/catalogue-row.js';
import { describeChange, type FieldChange } from '../../domain/import/describe-change.js';
import type { Product } from '../../domain/products/product.js';
import type { CatalogueStore, StagedRow } from '../../store/store.js';
import type { CategorySource } from '../categories/category-source.js';
import { createGroupCheck } from './check-groups.js';
import { findPresent, keyOf, type ImportLine, type RowError } from './rows.js';

/** What a row does. */
export type RowKind = 'NEW' | 'CHANGED' | 'RESTORED' | 'UNCHANGED';

export interface RowPlan {
  readonly line: number;
  readonly sku: string;
  readonly kind: RowKind;
  readonly fields: readonly FieldChange[];
}

/** What an import of a file would do, or why it cannot be done. */
export interface ImportPlan {
  readonly rows: number;
  readonly counts: Readonly<Record<RowKind, number>>;
  /** How many existing products change in each field. */
  readonly fields: ReadonlyMap<string, number>;
  /** The first rows that change something. */
  readonly samples: readonly RowPlan[];
  /** The first errors, by line. */
  readonly errors: readonly RowError[];
  readonly errorCount: number;
  /** Rows whose stock differs from the product's and stays as it is. */
  readonly otherStock: number;
  /** Another one if the file says something else, or if it would change something else in the catalogue as it is now. */
  readonly token: string;
}

interface Deps {
  readonly catalogue: CatalogueStore;
  readonly categories: CategorySource;
  readonly currency: CurrencyCode;
}

const BATCH = 250;
const MAX_SAMPLES = 50;
const MAX_ERRORS = 1_000;
/** Every SKU is kept until the last row, to find those that appear twice. */
const MAX_ROWS = 1_000_000;

/**
 * Reads all rows, finds every error and what each row would change. Writes nothing.
 * @param onRows receives the rows that can be applied, until there is an error
 */
export async function checkImport(
  { catalogue, categories, currency }: Deps,
  lines: AsyncIterable<ImportLine>,
  onRows: (rows: readonly StagedRow[]) => Promise<void> = async () => {},
): Promise<ImportPlan> {
  const rules = { tree: await categories.fresh(), currency };
  const errors: RowError[] = [];
  const counts: Record<RowKind, number> = { NEW: 0, CHANGED: 0, RESTORED: 0, UNCHANGED: 0 };
  const fields = new Map<string, number>();
  const samples: RowPlan[] = [];
  const lineOf = new Map<string, number>();
  const groups = createGroupCheck(catalogue);
  const hash = createHash('sha256');
  let [rows, errorCount, otherStock] = [0, 0, 0];
  const refuse = (...found: readonly RowError[]) => {
    errorCount += found.length;
    errors.push(...found.slice(0, MAX_ERRORS - errors.length));
  };

  function check(
    { line, row, faults }: Extract<ImportLine, { row: CatalogueRow }>,
    present: Product | undefined,
  ): StagedRow[] {
    const reading = readRow(row, present, rules, faults);
    if ('errors' in reading) {
      refuse(...reading.errors.map((message) => ({ line, message })));
      return [];
    }
    if ('changes' in reading && reading.hasOtherStock) otherStock += 1;
    groups.add(line, row, reading, present);
    const changed = describeChange(reading, present);
    const kind = !present
      ? 'NEW'
      : changed.length === 0
        ? 'UNCHANGED'
        : present.isArchived
          ? 'RESTORED'
          : 'CHANGED';
    counts[kind] += 1;
    if (present) for (const { name } of changed) fields.set(name, (fields.get(name) ?? 0) + 1);
    const plan: RowPlan = { line, sku: present?.sku ?? row.sku!.trim(), kind, fields: changed };
    if (changed.length > 0 && samples.length < MAX_SAMPLES) samples.push(plan);
    hash.update(JSON.stringify([plan, row]));
    return [{ row, isNew: !present }];
  }

  for await (const batch of inBatches(lines, BATCH)) {
    rows += batch.length;
    if (rows > MAX_ROWS) {
      refuse({ line: batch[0]!.line, message: `The file has more than ${MAX_ROWS} rows. Split it.` });
      break;
    }
    const present = await findPresent(
      catalogue,
      batch.flatMap((one) => ('row' in one ? [one.row] : [])),
    );
    const staged: StagedRow[] = [];
    for (const one of batch) {
      const { line } = one;
      const error = 'row' in one ? rowError(one.row, one.endsBefore, lineOf) : one.error;
      if (error !== undefined || !('row' in one)) {
        refuse({ line, message: error ?? '' });
        continue;
      }
      const key = keyOf(one.row);
      lineOf.set(key, line);
      staged.push(...check(one, present.get(key)));
    }
    if (errorCount === 0) await onRows(staged);
  }
  refuse(...(await groups.errors()));
  return {
    rows,
    counts,
    fields,
    samples,
    errors: errors.sort((left, right) => left.line - right.line),
    errorCount,
    otherStock,
    token: hash.digest('hex'),
  };
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
