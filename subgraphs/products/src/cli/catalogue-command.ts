import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ConfigError, createLogger, newId } from '@cartograph/kit';
import { readCommandConfig } from '../config.js';
import { COLUMN_LIST } from '../domain/import/catalogue-columns.js';
import { toRow } from '../domain/import/catalogue-row.js';
import type { ImportResult } from '../use-cases/import/apply-import.js';
import { createUseCases } from '../use-cases/index.js';
import { productsDatabase } from '../store/database.js';
import { createProductsStore } from '../store/products-store.js';
import type { ProductsStore } from '../store/store.js';
import { csvHeader, csvLine } from '../catalogue-file/csv.js';
import { CatalogueFileError } from '../catalogue-file/file-error.js';
import { fileSource } from '../catalogue-file/file-source.js';
import { formatOf, openCatalogueFile } from '../catalogue-file/read-catalogue-file.js';
import { describePlan } from './describe-plan.js';
import { createProgressBar } from './progress.js';

const USAGE = `Usage: npm run catalogue -- import FILE    add and change products by SKU
       npm run catalogue -- export FILE    write all products that are not archived

  --dry-run         import: check the file and list what would change, field by field
  --if TOKEN        import: only if it still does what the dry run that printed the token listed
  --encoding NAME   import: the file's character set, e.g. windows-1250, if it is not recognised

FILE must end in .csv, .tsv, .txt, .jsonl or .ndjson. Its columns, in any order, case and many languages:
${COLUMN_LIST}.
CSV is separated by commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252. Write attributes as
"colour=Navy; size=M" and variantOptions as "colour; size". A column such as attribute.colour holds a single attribute.
Write numbers as 1234.50, 1234,50, 1,234.50 or 1.234,50 €. 1.234 is read only if another number of the file shows which
sign is the decimal one.

An import writes nothing unless every row is valid. It changes only what the file names:
- A column (in JSON: a property) that the file does not have keeps its values. "sku,price" is a price list.
- An empty cell (in JSON: null) clears description, imageUrl, attributes, attribute.NAME and, with variantGroup, the
  variant. An empty sku, name, category, price or stock is refused.
- The column attributes replaces all attributes of a product; attribute.NAME changes a single one.
- A new sku becomes a new product, which needs name, category, price and stock.
- "sku,stock" is a stock list: it sets the stock of existing products, through the stock ledger. In a file with other
  columns, stock is only for new products, and setStock sets it.
- The sku of an archived product is refused, unless the column restore says yes.

In an exported CSV, an apostrophe precedes every cell that a spreadsheet would run as a formula. An import removes it.
MONGODB_URL and SHOP_CURRENCY are read from the environment, or else from the shop that npm start runs here.
`;
const MAX_ERRORS_SHOWN = 50;

/** Where a command writes its results and its errors. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

class UsageError extends Error {}

/** `npm run catalogue -- …args`. @returns the process's exit code */
export async function catalogueCommand(
  args: readonly string[],
  output: Output,
  source?: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    return await run(args, output, source);
  } catch (error) {
    const isUsage = error instanceof UsageError;
    const isExpected = isUsage || error instanceof ConfigError || error instanceof CatalogueFileError;
    const { message } = error as Error;
    output.err(`${isExpected ? message : `Failed: ${message}`}\n${isUsage ? `\n${USAGE}` : ''}`);
    return 1;
  }
}

async function run(
  args: readonly string[],
  { out, err }: Output,
  source: NodeJS.ProcessEnv | undefined,
): Promise<number> {
  const { values, positionals } = readArguments(args);
  const print = (text: string) => {
    out(text);
    return 0;
  };
  if (values.help) return print(USAGE);
  const [command, file, ...rest] = positionals;
  if ((command !== 'import' && command !== 'export') || !file || rest.length > 0)
    throw new UsageError('Expected "import FILE" or "export FILE".');
  formatOf(file);
  const config = readCommandConfig(source);
  const { handle, migrate, close } = await productsDatabase.connect(config.MONGODB_URL, { poolSize: 20 });
  try {
    const clock = () => new Date();
    const store = createProductsStore(handle, { clock, newId });
    if (command === 'export') return print(`Exported ${await exportTo(file, store)} products to ${file}.\n`);
    await migrate();
    const { imports } = createUseCases({
      store,
      currency: config.SHOP_CURRENCY,
      // The running subgraph publishes what is written here, and removes it from the caches.
      onChanged: async () => {},
      logger: createLogger('catalogue', 'silent'),
      clock,
      newId,
    });
    for (let earlier; (earlier = await imports.resume());) {
      err('Finished an earlier import that was interrupted.\n');
      reportRefused(earlier, err);
    }
    const isDryRun = values['dry-run'] === true;
    const { plan, importId, isStaged } = await withNothingImported(async () => {
      const opened = await openCatalogueFile(fileSource(file), {
        currency: config.SHOP_CURRENCY,
        encoding: values.encoding,
      });
      if (opened.encoding !== 'utf-8') err(`${file} was read as ${opened.encoding}.\n`);
      if (!isDryRun) return imports.stage(opened.rows(), values.if);
      return { plan: await imports.check(opened.rows()), importId: '', isStaged: false };
    });
    if (plan.errorCount > 0) {
      for (const { line, message } of plan.errors.slice(0, MAX_ERRORS_SHOWN))
        err(`${file}:${line}: ${message}\n`);
      if (plan.errorCount > MAX_ERRORS_SHOWN) err(`… and ${plan.errorCount - MAX_ERRORS_SHOWN} more.\n`);
      err('Nothing was imported.\n');
      return 1;
    }
    if (plan.otherStock > 0)
      err(
        `The stock of ${plan.otherStock} ${plan.otherStock === 1 ? 'product' : 'products'} differs from the file and stays as it is. ` +
          'To set it, import a stock list, which has only the columns sku and stock.\n',
      );
    if (isDryRun) return print(describePlan(plan));
    if (!isStaged) {
      err(
        'The file or the catalogue has changed since the dry run. Look at a new dry run first.\nNothing was imported.\n',
      );
      return 1;
    }
    const bar = createProgressBar(plan.rows);
    const result = await imports.apply(importId, bar.update);
    bar.end();
    const { created, updated, unchanged } = result;
    out(
      `Imported ${plan.rows - result.refused.length} rows: ${created} new, ${updated} changed, ${unchanged} unchanged.\n`,
    );
    return reportRefused(result, err);
  } finally {
    await close();
  }
}

/** Adds to the message of a file that cannot be read that nothing was imported. */
async function withNothingImported<Checked>(check: () => Promise<Checked>): Promise<Checked> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof CatalogueFileError) error.message += '\nNothing was imported.';
    throw error;
  }
}

/** Reports rows that other changes made impossible during the import. @returns the process's exit code */
function reportRefused({ refused }: ImportResult, err: Output['err']): number {
  for (const { sku, message } of refused)
    err(`${sku}: not imported, because it was changed during the import. ${message}\n`);
  return refused.length > 0 ? 1 : 0;
}

/** Writes to a file beside it, which is renamed once it is complete. */
async function exportTo(file: string, { catalogue }: ProductsStore): Promise<number> {
  const isCsv = formatOf(file) === 'csv';
  const unfinished = `${file}.part`;
  const output = createWriteStream(unfinished);
  let count = 0;
  try {
    await once(output, 'open');
    if (isCsv) output.write(csvHeader());
    for await (const product of catalogue.all()) {
      if (product.isArchived) continue;
      const row = toRow(product);
      const text = isCsv ? csvLine(row) : `${JSON.stringify(row)}\n`;
      if (!output.write(text)) await once(output, 'drain');
      count++;
    }
    output.end();
    await once(output, 'close');
    await rename(unfinished, file);
  } catch (error) {
    output.destroy();
    await rm(unfinished, { force: true });
    throw error;
  }
  return count;
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        encoding: { type: 'string' },
        if: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
