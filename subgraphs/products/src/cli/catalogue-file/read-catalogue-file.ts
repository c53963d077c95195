import { readCsv } from './csv.js';
import { CatalogueFileError } from './file-error.js';
import type { FileRow } from './file-row.js';
import { readText } from './file-text.js';
import { readJsonLines } from './json-lines.js';

export type FileFormat = 'csv' | 'jsonl';

/** The format by the file name. @throws CatalogueFileError */
export function formatOf(file: string): FileFormat {
  if (/\.csv$/i.test(file)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw new CatalogueFileError(file, undefined, 'Expected a file name that ends in .csv, .jsonl or .ndjson.');
}

/** The rows of a file, one at a time. @throws CatalogueFileError if it cannot be read or has no rows */
export async function* readCatalogueFile(file: string): AsyncGenerator<FileRow> {
  const format = formatOf(file);
  const text = await readText(file);
  let isEmpty = true;
  for await (const row of format === 'csv' ? readCsv(file, text) : readJsonLines(text)) {
    isEmpty = false;
    yield row;
  }
  if (isEmpty)
    throw new CatalogueFileError(
      file,
      undefined,
      text.trim() === ''
        ? 'The file is empty.'
        : 'The file has no rows after the first line, which names the columns.',
    );
}
