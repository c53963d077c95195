import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { ConfigError } from '@cartograph/service-kit';
import { stringify } from 'csv-stringify/sync';
import { createCategorySource } from '../category-source.js';
import { readCommandConfig } from '../config.js';
import { COLUMNS, toRow } from '../domain/catalogue-row.js';
import { createImportService } from '../import-service.js';
import { createCatalogueService } from '../service.js';
import { createProductsStore, openDatabase, type ProductsStore } from '../store/mongo-store.js';
import { CatalogueFileError, formatOf, readCatalogueFile } from './catalogue-file.js';
import { createProgressBar } from './progress.js';

const USAGE = `Usage: npm run catalogue -- import FILE    add and change products by their sku
       npm run catalogue -- export FILE    write all products that are not archived

  --dry-run   import: only check the file

FILE ends in .csv, .jsonl or .ndjson. Its fields: ${COLUMNS.join(', ')}.
Attributes are written "colour=Navy; size=M", variantOptions "colour; size".

An import writes nothing unless every row is right. Of products that exist already, stock and variant stay as they are:
stock is changed by adjustStock, with a reason. Takes MONGODB_URL and SHOP_CURRENCY from the environment, or else from the
shop that npm start runs here.
`;
const MAX_FAULTS_SHOWN = 50;

/** Where a command says what it did, and what went wrong. */
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
  const database = await openDatabase(config.MONGODB_URL, 20);
  try {
    // The running service relays what is written here, the cache's invalidation included.
    const store = createProductsStore(database.db, {
      beforePublish: async () => {},
      isMine: async () => false,
    });
    if (command === 'export') return print(`Exported ${await exportTo(file, store)} products to ${file}.\n`);
    await database.migrate();
    const service = createCatalogueService({
      ...store,
      categories: createCategorySource(store.catalogue),
      currency: config.SHOP_CURRENCY,
      onChanged: async () => {},
    });
    const imports = createImportService({ ...store, service, currency: config.SHOP_CURRENCY });
    while (await imports.resume()) err('Finished an earlier import that was cut off.\n');
    const { products, faults } = await imports.check(readCatalogueFile(file));
    if (faults.length > 0) {
      for (const { line, message } of faults.slice(0, MAX_FAULTS_SHOWN)) err(`${file}:${line}: ${message}\n`);
      if (faults.length > MAX_FAULTS_SHOWN) err(`… and ${faults.length - MAX_FAULTS_SHOWN} more.\n`);
      err('Nothing was imported.\n');
      return 1;
    }
    if (values['dry-run']) return print(`${products.length} rows are right; nothing was imported.\n`);
    const bar = createProgressBar(products.length);
    const { created, updated, unchanged } = await imports.run(products, bar.update);
    bar.end();
    return print(
      `Imported ${products.length} rows: ${created} new, ${updated} changed, ${unchanged} as they were.\n`,
    );
  } finally {
    await database.close();
  }
}

/** Into a file beside, renamed when it is whole. */
async function exportTo(file: string, { catalogue }: ProductsStore): Promise<number> {
  const isCsv = formatOf(file) === 'csv';
  const unfinished = `${file}.part`;
  const output = createWriteStream(unfinished);
  let count = 0;
  try {
    await once(output, 'open');
    if (isCsv) output.write(stringify([[...COLUMNS]]));
    for await (const product of catalogue.all()) {
      if (product.isArchived) continue;
      const row = toRow(product);
      const text = isCsv ? stringify([COLUMNS.map((column) => row[column])]) : `${JSON.stringify(row)}\n`;
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
      options: { help: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
