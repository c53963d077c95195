import { Refusal } from '@cartograph/kit/refusal';
import type { CatalogueRow } from '../../domain/import/catalogue-columns.js';
import { readRow } from '../../domain/import/catalogue-row.js';
import type { CategoryTree } from '../../domain/categories/category.js';
import type { NewProduct } from '../../domain/products/product-input.js';
import type { Product } from '../../domain/products/product.js';
import { v5 as uuidv5 } from 'uuid';
import type { ImportStore, StockStore } from '../../store/store.js';
import { setStock } from '../stock/set-stock.js';
import { addProducts } from '../products/add-products.js';
import { changeProductByRow } from '../products/update-product.js';
import type { Deps as ProductDeps } from '../products/write-product.js';
import { checkImport, type ImportPlan } from './check-import.js';
import { findPresent, keyOf, type ImportLine } from './rows.js';

export interface ImportResult {
  created: number;
  updated: number;
  /** Rows that change nothing. */
  unchanged: number;
  /** Rows that passed the check and no longer apply, because the products were changed in between. */
  readonly refused: { readonly sku: string; readonly message: string }[];
}

export interface Deps extends ProductDeps {
  readonly imports: ImportStore;
  readonly stock: StockStore;
}

/** The namespace of the ledger entries that imports write. */
const ENTRIES = '0b8f4c39-2f0e-4b0a-9a53-6d1f6f3f1c11';

/** Longer than a batch takes, and short enough that a dead import is soon continued. */
const LEASE_MS = 30_000;
const BATCH = 250;
const AT_ONCE = 16;

/** Rows of a file that were checked while they were staged. */
export interface StagedImport {
  readonly importId: string;
  readonly plan: ImportPlan;
  /** False if there are errors, or if the plan is not the expected one. Then nothing was staged. */
  readonly isStaged: boolean;
}

/**
 * Checks all rows and stages them in the store. From the moment all are staged the import is certain to go through: if
 * this process dies, the products service or the next import finishes it. Rows are applied by SKU and safe to apply twice.
 * They are staged as the file has them and read again against the product they change, so that a column that the file does
 * not name keeps its current value.
 * @param token that of the plan which the person saw; another plan is not staged
 */
export async function stageImport(
  deps: Deps,
  lines: AsyncIterable<ImportLine>,
  token?: string,
): Promise<StagedImport> {
  const { imports } = deps;
  const importId = deps.newId();
  await imports.begin(importId, LEASE_MS);
  let rows = 0;
  try {
    const plan = await checkImport(deps, lines, async (staged) => {
      await imports.add(importId, rows, staged, LEASE_MS);
      rows += staged.length;
    });
    const isStaged = plan.errorCount === 0 && (token === undefined || token === plan.token);
    if (isStaged) await imports.commit(importId, rows, LEASE_MS);
    else await imports.abandon(importId);
    return { importId, plan, isStaged };
  } catch (error) {
    await imports.abandon(importId);
    throw error;
  }
}

/** Finishes one interrupted import. @returns its result, or undefined if there is none */
export async function resumeImport(deps: Deps): Promise<ImportResult | undefined> {
  const importId = await deps.imports.takeStale(LEASE_MS);
  return importId === undefined ? undefined : applyImport(deps, importId);
}

/** Applies a staged import. */
export async function applyImport(
  deps: Deps,
  importId: string,
  onProgress: (done: number) => void = () => {},
): Promise<ImportResult> {
  const { imports, categories } = deps;
  const total: ImportResult = { created: 0, updated: 0, unchanged: 0, refused: [] };
  const tree = await categories.fresh();
  let done = 0;
  for (;;) {
    const rows = await imports.rows(importId, BATCH);
    if (rows.length === 0) break;
    await imports.extend(importId, LEASE_MS);
    const result: ImportResult = { created: 0, updated: 0, unchanged: 0, refused: [] };
    await applyRows(
      deps,
      importId,
      rows.map(({ row }) => row),
      tree,
      result,
    );
    await imports.done(
      importId,
      rows.map(({ id }) => id),
      result,
    );
    for (const kind of ['created', 'updated', 'unchanged'] as const) total[kind] += result[kind];
    total.refused.push(...result.refused);
    onProgress((done += rows.length));
  }
  await imports.finish(importId);
  return total;
}

/** Adds products that do not exist and changes those that do. Safe to repeat. */
async function applyRows(
  deps: Deps,
  importId: string,
  rows: readonly CatalogueRow[],
  tree: CategoryTree,
  result: ImportResult,
): Promise<void> {
  const rules = { tree, currency: deps.currency };
  const refuse = ({ sku = '' }: { readonly sku?: string }, message: string) =>
    void result.refused.push({ sku, message });

  let restockedIds: string[] = [];
  const restockedGroups = new Set<string>();
  // One per import and product: a repeated or resumed import finds its entry, and leaves the stock that orders changed since.
  const entryIdOf = (product: { readonly sku?: string }) => uuidv5(`${importId} ${keyOf(product)}`, ENTRIES);

  async function change(row: CatalogueRow, present: Product): Promise<void> {
    let available: number | undefined;
    try {
      const isChanged = await changeProductByRow(deps, present, tree, (current) => {
        const reading = readRow(row, current, rules);
        if (!('changes' in reading))
          throw new Refusal('INVALID_INPUT', 'errors' in reading ? reading.errors.join(' ') : '');
        available = reading.stock;
        return reading.changes;
      });
      const restocked =
        available !== undefined &&
        (await setStock(deps, {
          product: present,
          available,
          entryId: entryIdOf(present),
          reason: `Import ${importId}`,
        }));
      if (restocked) {
        if (restocked.variant) restockedGroups.add(restocked.variant.group);
        restockedIds.push(restocked.id);
      }
      result[isChanged || restocked ? 'updated' : 'unchanged'] += 1;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refuse(row, error.message);
    }
  }

  for (let left = rows; left.length > 0;) {
    restockedIds = [];
    restockedGroups.clear();
    const present = await findPresent(deps.catalogue, left);
    // Variants of one group would wait for each other's lease, so they form one chain.
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
    await inParallel([...restockedGroups], (group) => deps.catalogue.refreshGroup(group));
    if (restockedIds.length > 0) await deps.onChanged(restockedIds);

    const absent = left.filter((row) => !present.has(keyOf(row)));
    const added: NewProduct[] = [];
    for (const row of absent) {
      const reading = readRow(row, undefined, rules);
      if ('product' in reading) added.push(reading.product);
      else refuse(row, 'errors' in reading ? reading.errors.join(' ') : '');
    }
    const outcome = await addProducts(deps, added, tree, entryIdOf);
    result.created += outcome.added.length;
    const settled = new Set([...outcome.added, ...outcome.refused.map(({ product }) => product)].map(keyOf));
    for (const { product, refusal } of outcome.refused) refuse(product, refusal.message);
    // A product that another process added in between exists now: the next round changes it.
    const open = new Set(added.map(keyOf).filter((key) => !settled.has(key)));
    left = absent.filter((row) => open.has(keyOf(row)));
  }
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE)
    await Promise.all(items.slice(start, start + AT_ONCE).map(work));
}
