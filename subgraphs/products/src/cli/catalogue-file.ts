import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import { COLUMNS, type CatalogueRow } from '../domain/catalogue-row.js';

export type FileFormat = 'csv' | 'jsonl';

/** The file is not what it claims to be; names the line. */
export class CatalogueFileError extends Error {
  override readonly name = 'CatalogueFileError';
}

/** By the name's ending. @throws CatalogueFileError */
export function formatOf(file: string): FileFormat {
  if (/\.csv$/i.test(file)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw new CatalogueFileError(`${file}: expected a file that ends in .csv, .jsonl or .ndjson.`);
}

/** The rows of a file, one at a time, with their lines: of a row over several, the last. @throws CatalogueFileError */
export function readCatalogueFile(file: string): AsyncIterable<{ line: number; row: CatalogueRow }> {
  return formatOf(file) === 'csv' ? readCsv(file) : readJsonLines(file);
}

async function* readCsv(file: string) {
  const parser = createReadStream(file).pipe(
    parse({
      bom: true,
      columns: checkHeader,
      skip_empty_lines: true,
      trim: true,
      info: true,
      max_record_size: 100_000,
    }),
  );
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: CatalogueRow;
      info: { lines: number };
    }>) {
      yield { line: info.lines, row: record };
    }
  } catch (error) {
    if (error instanceof CatalogueFileError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      throw error;
    throw new CatalogueFileError(`${file} is not the CSV it should be: ${(error as Error).message}`);
  }
}

function checkHeader(header: string[]): string[] {
  const unknown = header.filter((name) => !(COLUMNS as readonly string[]).includes(name));
  const missing = ['sku', 'name', 'category', 'price', 'stock'].filter((name) => !header.includes(name));
  if (unknown.length > 0 || missing.length > 0) {
    throw new CatalogueFileError(
      `The first line must name the columns ${COLUMNS.join(', ')}.` +
        (missing.length > 0 ? ` Missing: ${missing.join(', ')}.` : '') +
        (unknown.length > 0 ? ` Unknown: ${unknown.join(', ').slice(0, 200)}.` : ''),
    );
  }
  return header;
}

async function* readJsonLines(file: string) {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    line++;
    if (text.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new CatalogueFileError(`${file}, line ${line}: expected an object in JSON.`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CatalogueFileError(`${file}, line ${line}: expected an object in JSON.`);
    const entries = Object.entries(value).filter(([, field]) => field !== null);
    const odd = entries.find(
      ([name, field]) =>
        !(COLUMNS as readonly string[]).includes(name) || !['string', 'number'].includes(typeof field),
    );
    if (odd)
      throw new CatalogueFileError(
        `${file}, line ${line}: "${odd[0].slice(0, 60)}" is no field with a text or number; there are ${COLUMNS.join(', ')}.`,
      );
    yield {
      line,
      row: Object.fromEntries(entries.map(([name, field]) => [name, String(field)])) as CatalogueRow,
    };
  }
}
