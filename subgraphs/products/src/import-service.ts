import type { CurrencyCode } from '@cartograph/money';
import { newId } from '@cartograph/service-kit';
import { readRow, type CatalogueRow, type RowFault } from './domain/catalogue-row.js';
import type { CategoryTree } from './domain/category.js';
import type { NewProduct } from './domain/product-input.js';
import type { Product } from './domain/product.js';
import type { CatalogueService } from './service.js';
import type { CatalogueStore, ImportStore } from './store/store.js';

export interface ImportResult {
  created: number;
  updated: number;
  /** Rows that said what was there already. */
  unchanged: number;
}

const keyOf = ({ sku }: Pick<Product, 'sku'>) => sku.toLowerCase();

/** Longer than a batch takes, shorter than anybody wants to wait for a dead import to go on. */
const LEASE_MS = 30_000;
const BATCH = 250;
const AT_ONCE = 16;

export type ImportService = ReturnType<typeof createImportService>;

/**
 * Imports of whole files. Every row is checked before anything is written. Then all rows are staged in the store, and
 * from the moment they are, the import goes through: if this process dies, the products service or the next import
 * finishes it. Rows are applied by sku and safe to apply twice.
 */
export function createImportService(options: {
  service: CatalogueService;
  catalogue: CatalogueStore;
  imports: ImportStore;
  currency: CurrencyCode;
}) {
  const { service, catalogue, imports, currency } = options;

  /** Adds what is not there, and changes what is. Safe to repeat. */
  async function applyRows(rows: readonly NewProduct[], tree: CategoryTree, result: ImportResult) {
    for (let left = rows; left.length > 0;) {
      const found = await catalogue.findBySkus(left.map(keyOf));
      const present = new Map(found.map((product) => [keyOf(product), product]));
      const absent = left.filter((row) => !present.has(keyOf(row)));
      const added = new Set((await service.addAll(absent, tree)).map(keyOf));
      result.created += added.size;
      const known = left.flatMap((row) => present.get(keyOf(row)) ?? []);
      const rowOf = new Map(left.map((row) => [keyOf(row), row]));
      for (let start = 0; start < known.length; start += AT_ONCE) {
        const part = known.slice(start, start + AT_ONCE);
        const overwrite = (product: Product) => service.overwrite(product, rowOf.get(keyOf(product))!, tree);
        for (const isChanged of await Promise.all(part.map(overwrite)))
          result[isChanged ? 'updated' : 'unchanged'] += 1;
      }
      // What somebody added meanwhile is there to be changed.
      left = absent.filter((row) => !added.has(keyOf(row)));
    }
  }

  async function apply(importId: string, onProgress: (done: number) => void): Promise<ImportResult> {
    const result = { created: 0, updated: 0, unchanged: 0 };
    const tree = await service.loadTree();
    let done = 0;
    for (;;) {
      const rows = await imports.rows(importId, BATCH);
      if (rows.length === 0) break;
      await imports.extend(importId, LEASE_MS);
      await applyRows(
        rows.map(({ product }) => product),
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
    /** Reads all rows; what is wrong with any of them, or the products. */
    async check(
      rows: AsyncIterable<{ line: number; row: CatalogueRow }>,
    ): Promise<{ products: NewProduct[]; faults: RowFault[] }> {
      const rules = { tree: await service.loadTree(), currency };
      const products: NewProduct[] = [];
      const faults: RowFault[] = [];
      const lines = new Map<string, number>();
      for await (const { line, row } of rows) {
        const read = readRow(row, line, rules);
        if ('faults' in read) {
          faults.push(...read.faults);
          continue;
        }
        const skuKey = read.product.sku.toLowerCase();
        if (lines.has(skuKey))
          faults.push({
            line,
            message: `sku: "${read.product.sku}" stands on line ${lines.get(skuKey)} too.`,
          });
        lines.set(skuKey, line);
        products.push(read.product);
      }
      return { products, faults };
    },

    async run(
      products: readonly NewProduct[],
      onProgress: (done: number) => void = () => {},
    ): Promise<ImportResult> {
      const importId = newId();
      await imports.stage(importId, products, LEASE_MS);
      return apply(importId, onProgress);
    },

    /** Finishes one import that was cut off. @returns whether there was one */
    async resume(): Promise<boolean> {
      const importId = await imports.takeStale(LEASE_MS);
      if (importId === undefined) return false;
      await apply(importId, () => {});
      return true;
    },
  };
}
