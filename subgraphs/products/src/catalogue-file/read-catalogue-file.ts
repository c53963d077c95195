import type { CurrencyCode } from '@cartograph/money';
import { createNumberReader, currencySigns } from '../domain/import/row-numbers.js';
import type { ImportLine } from '../use-cases/import/rows.js';
import { readCsv } from './csv.js';
import { detectEncoding } from './encoding.js';
import { CatalogueFileError } from './file-error.js';
import type { FileRow } from './file-row.js';
import type { FileSource } from './file-source.js';
import { readText } from './file-text.js';
import { readJsonLines } from './json-lines.js';

export type FileFormat = 'csv' | 'jsonl';

/** A file whose form is known. */
export interface CatalogueFile {
  readonly encoding: string;
  /** Its rows with plain numbers, one at a time, from the first on. @throws CatalogueFileError if one cannot be read */
  rows(): AsyncIterable<ImportLine>;
}

interface Options {
  readonly currency: CurrencyCode;
  /** The character set, if the person knows it. */
  readonly encoding?: string | undefined;
}

/** A number that may mean two things, such as 1.234. */
const AMBIGUOUS = /(?<![\d.,])[1-9]\d{0,2}[.,]\d{3}(?![\d.,])/;

/** The format by the file name. @throws CatalogueFileError */
export function formatOf(file: string): FileFormat {
  if (/\.(csv|tsv|txt)$/i.test(file)) return 'csv';
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw new CatalogueFileError(
    file,
    undefined,
    'Expected a file name that ends in .csv, .tsv, .txt, .jsonl or .ndjson. Save a workbook as CSV first.',
  );
}

/**
 * Finds out how a file is written. Reads it once or twice, in pieces, so that a large file needs no more memory.
 * @throws CatalogueFileError if it cannot be read or has no rows
 */
export async function openCatalogueFile(
  source: FileSource,
  { currency, encoding: named }: Options,
): Promise<CatalogueFile> {
  const format = formatOf(source.name);
  const encoding = await detectEncoding(source, named);
  const text = () => readText(source, encoding);
  const signs = currencySigns(currency);
  const written = (): AsyncIterable<FileRow> =>
    format === 'csv' ? readCsv(source.name, text(), signs) : readJsonLines(text());

  const numbers = createNumberReader(currency);
  if (await somePiece(text(), (piece) => AMBIGUOUS.test(piece)))
    for await (const one of written()) if ('row' in one) numbers.note(one.row);

  return {
    encoding,
    async *rows() {
      let isEmpty = true;
      for await (const one of written()) {
        isEmpty = false;
        if ('row' in one) yield { ...one, ...numbers.read(one.row) };
        else yield one;
      }
      if (isEmpty) throw new CatalogueFileError(source.name, undefined, await whyEmpty(text()));
    },
  };
}

async function whyEmpty(text: AsyncIterable<string>): Promise<string> {
  return (await somePiece(text, (piece) => piece.trim() !== ''))
    ? 'The file has no rows after the first line, which names the columns.'
    : 'The file is empty.';
}

/** Whether a condition holds for a piece, looked at together with the end of the piece before it. */
async function somePiece(text: AsyncIterable<string>, holds: (piece: string) => boolean): Promise<boolean> {
  let end = '';
  for await (const piece of text) {
    if (holds(end + piece)) return true;
    end = piece.slice(-16);
  }
  return false;
}
