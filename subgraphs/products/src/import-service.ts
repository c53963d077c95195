import type { CurrencyCode } from '@cartograph/money';
import { newId, Refusal } from '@cartograph/kit';
import type { CatalogueRow } from './domain/catalogue-columns.js';
import { readRow, type RowReading } from './domain/catalogue-row.js';
import type { CategoryTree } from './domain/category.js';
import type { NewProduct } from './domain/product-input.js';
import type { Product } from './domain/product.js';
import { printable } from './domain/text.js';
import { createGroupRehearsal } from './group-rehearsal.js';
import type { CatalogueService } from './service.js';
import type { CatalogueStore, ImportStore } from './store/store.js';

/** A row of a file, or what is wrong with it. */
export type ImportLine = { readonly line: number } & (
  { readonly row: CatalogueRow; readonly endsBefore?: string } | { readonly fault: string }
);

export interface RowFault {
  /** In the file, from 1. */
  readonly line: number;
  readonly message: string;
}

export interface CheckedImport {
  /** In the order in which they can be applied. */
  readonly rows: readonly CatalogueRow[];
  readonly faults: readonly RowFault[];
  /** Rows of products whose stock is another one than the file says. */
  readonly otherStock: number;
}

export interface ImportResult {
  created: number;
  updated: number;
  /** Rows that said what was there already. */
  unchanged: number;
  /** Rows that were right when they were checked and no longer are, since others changed the products in between. */
  readonly refused: { readonly sku: string; readonly message: string }[];
}

const keyOf = ({ sku = '' }: { readonly sku?: string }) => sku.trim().toLowerCase();

/** Longer than a batch takes, shorter than people want to wait for a dead import to go on. */
const LEASE_MS = 30_000;
const BATCH = 250;
const AT_ONCE = 16;

export type ImportService = ReturnType<typeof createImportService>;

/**
 * Imports of whole files. Every row is checked before anything is written. Then all rows are staged in the store, and
 * from the moment they are, the import goes through: if this process dies, the products service or the next import
 * finishes it. Rows are applied by sku and safe to apply twice. They are staged as the file has them and read once more
 * against the product they change, so that a column that the file does not name stays as it is then.
 */
export function createImportService(options: {
  service: CatalogueService;
  catalogue: CatalogueStore;
  imports: ImportStore;
  currency: CurrencyCode;
}) {
  const { service, catalogue, imports, currency } = options;

  const findPresent = async (rows: readonly CatalogueRow[]) =>
    new Map((await catalogue.findBySkus(rows.map(keyOf))).map((product) => [keyOf(product), product]));

  /** Adds what is not there, and changes what is. Safe to repeat. */
  async function applyRows(rows: readonly CatalogueRow[], tree: CategoryTree, result: ImportResult) {
    const rules = { tree, currency };
    const refuse = ({ sku = '' }: { readonly sku?: string }, message: string) =>
      void result.refused.push({ sku, message });

    async function change(row: CatalogueRow, present: Product): Promise<void> {
      try {
        const isChanged = await service.changeByFile(present, tree, (current) => {
          const reading = readRow(row, current, rules);
          if ('changes' in reading) return reading.changes;
          throw new Refusal('INVALID_INPUT', 'faults' in reading ? reading.faults.join(' ') : '');
        });
        result[isChanged ? 'updated' : 'unchanged'] += 1;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refuse(row, error.message);
      }
    }

    for (let left = rows; left.length > 0;) {
      const present = await findPresent(left);
      // Variants of one group wait for each other anyway.
      const chains = new Map<string, { row: CatalogueRow; product: Product }[]>();
      for (const row of left) {
        const product = present.get(keyOf(row));
        if (!product) continue;
        const chain = product.variant ? `group ${product.variant.group}` : `product ${product.id}`;
        chains.set(chain, [...(chains.get(chain) ?? []), { row, product }]);
      }
      await inParallel([...chains.values()], async (chain) => {
        for (const { row, product } of chain) await change(row, product);
      });

      const absent = left.filter((row) => !present.has(keyOf(row)));
      const added: NewProduct[] = [];
      for (const row of absent) {
        const reading = readRow(row, undefined, rules);
        if ('product' in reading) added.push(reading.product);
        else refuse(row, 'faults' in reading ? reading.faults.join(' ') : '');
      }
      const outcome = await service.addAll(added, tree);
      result.created += outcome.added.length;
      const settled = new Set(
        [...outcome.added, ...outcome.refused.map(({ product }) => product)].map(keyOf),
      );
      for (const { product, refusal } of outcome.refused) refuse(product, refusal.message);
      // What was added by others in between is there to be changed.
      const open = new Set(added.map(keyOf).filter((key) => !settled.has(key)));
      left = absent.filter((row) => open.has(keyOf(row)));
    }
  }

  async function apply(importId: string, onProgress: (done: number) => void): Promise<ImportResult> {
    const result: ImportResult = { created: 0, updated: 0, unchanged: 0, refused: [] };
    const tree = await service.loadTree();
    let done = 0;
    for (;;) {
      const rows = await imports.rows(importId, BATCH);
      if (rows.length === 0) break;
      await imports.extend(importId, LEASE_MS);
      await applyRows(
        rows.map(({ row }) => row),
        tree,
        result,
      );
      await imports.done(rows.map(({ id }) => id));
      onProgress((done += rows.length));
    }
    await imports.finish(importId);
    return result;
  }

  return {
    /** Reads all rows, and what is wrong with any of them. */
    async check(lines: AsyncIterable<ImportLine>): Promise<CheckedImport> {
      const rules = { tree: await service.loadTree(), currency };
      const faults: RowFault[] = [];
      const changed: CatalogueRow[] = [];
      const added: CatalogueRow[] = [];
      const lineOf = new Map<string, number>();
      const rehearsal = createGroupRehearsal(catalogue);
      let otherStock = 0;

      const takeReading = (line: number, row: CatalogueRow, reading: RowReading, present?: Product) => {
        if ('faults' in reading)
          return void faults.push(...reading.faults.map((message) => ({ line, message })));
        if ('changes' in reading && reading.hasOtherStock) otherStock += 1;
        rehearsal.add(line, row, reading, present);
        (present ? changed : added).push(row);
      };
      for await (const batch of inBatches(lines, BATCH)) {
        const present = await findPresent(batch.flatMap((one) => ('row' in one ? [one.row] : [])));
        for (const one of batch) {
          const { line } = one;
          const fault = 'row' in one ? rowFault(one.row, one.endsBefore, lineOf) : one.fault;
          if (fault !== undefined || !('row' in one)) {
            faults.push({ line, message: fault ?? '' });
            continue;
          }
          const key = keyOf(one.row);
          lineOf.set(key, line);
          const product = present.get(key);
          takeReading(line, one.row, readRow(one.row, product, rules), product);
        }
      }
      faults.push(...(await rehearsal.faults()));
      faults.sort((left, right) => left.line - right.line);
      return { rows: [...changed, ...added], faults, otherStock };
    },

    async run(
      rows: readonly CatalogueRow[],
      onProgress: (done: number) => void = () => {},
    ): Promise<ImportResult> {
      const importId = newId();
      await imports.stage(importId, rows, LEASE_MS);
      return apply(importId, onProgress);
    },

    /** Finishes one import that was cut off. @returns what came of it, if there was one */
    async resume(): Promise<ImportResult | undefined> {
      const importId = await imports.takeStale(LEASE_MS);
      return importId === undefined ? undefined : apply(importId, () => {});
    },
  };
}

/** What is wrong with a row whatever the product. */
function rowFault(
  row: CatalogueRow,
  endsBefore: string | undefined,
  lineOf: ReadonlyMap<string, number>,
): string | undefined {
  if (!row.sku?.trim()) return 'sku is missing.';
  const before = lineOf.get(keyOf(row));
  if (before !== undefined) return `sku: "${printable(row.sku)}" stands on line ${before} too.`;
  // Spreadsheets leave out empty cells at the end of a row; what no product can do without was cut off.
  if (endsBefore === 'name' || endsBefore === 'category' || endsBefore === 'price' || endsBefore === 'stock')
    return `The row ends before the column ${endsBefore}. Is the file cut off?`;
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

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE)
    await Promise.all(items.slice(start, start + AT_ONCE).map(work));
}
