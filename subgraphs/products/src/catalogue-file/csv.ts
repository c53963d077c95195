import { pipeline, Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import {
  COLUMN_LIST,
  columnOf,
  currencyOfHeader,
  EXPORTED,
  sameColumn,
  type CatalogueRow,
  type Column,
  type ExportedColumn,
} from '../domain/import/catalogue-columns.js';
import { currencyKey } from '../domain/import/numbers.js';
import { stockColumn } from '../domain/import/stock-list.js';
import { printable } from '@cartograph/kit/text';
import { CatalogueFileError } from './file-error.js';
import type { FileRow } from './file-row.js';

const SEPARATORS = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
] as const;
/** No product needs more. A longer row has a quote that was not closed. */
const MAX_ROW_LENGTH = 200_000;
/** More than all columns and attributes that a product can have. */
const MAX_COLUMNS = 200;

interface Cells {
  readonly record: string[];
  readonly info: Info;
  readonly raw: string;
}

/**
 * The rows of a CSV file, separated by comma, semicolon or tab, depending on its first line.
 * @param text in pieces, with `\n` as its line end
 * @param signs how the shop's currency may be written in a header, see `currencySigns`
 * @throws CatalogueFileError if the header or the quotes cannot be read
 */
export async function* readCsv(
  file: string,
  text: AsyncIterable<string>,
  signs: ReadonlySet<string>,
): AsyncGenerator<FileRow> {
  const { separator, body, skipped } = await readSeparator(text);
  const name = SEPARATORS.find(([sign]) => sign === separator)![1];
  let columns: (Column | undefined)[] | undefined;
  // Where the last complete row ends. The parser reads ahead, so an error arrives before the rows above it.
  let last = skipped;
  const parser = parse({
    delimiter: separator,
    record_delimiter: '\n',
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // Trims white space around quoted cells. Unquoted cells are trimmed below, because a tab may be the separator.
    ...(separator !== '\t' && { trim: true }),
    max_record_size: MAX_ROW_LENGTH,
    on_record(record: string[], { lines }) {
      last = skipped + lines;
      return record;
    },
  });
  // A failure of either side reaches the loop below through the parser.
  pipeline(Readable.from(body), parser, () => {});
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<Cells>) {
      const line = skipped + info.lines - (raw.trim().split('\n').length - 1);
      if (record.every((cell) => cell.trim() === '')) continue;
      if (columns) yield readCells(record, columns, line, name);
      else columns = readHeader(file, record, line, name, signs);
    }
  } catch (error) {
    if (error instanceof CsvError) throw explain(file, error, last, skipped);
    throw error;
  }
}

/** The separator in Excel's own first line, `sep=;`, or else the one that yields most known column names. */
async function readSeparator(
  text: AsyncIterable<string>,
): Promise<{ separator: string; body: AsyncIterable<string>; skipped: number }> {
  const pieces = text[Symbol.asyncIterator]();
  let start = '';
  for (let next; start.length < MAX_ROW_LENGTH && !/\S.*\n/.test(start.replace(/^"?sep=.*\n/i, ''));) {
    next = await pieces.next();
    if (next.done) break;
    start += next.value;
  }
  const declared = /^"?sep=(.)"?[,;\t]*(\n|$)/i.exec(start);
  const isKnown = declared !== null && SEPARATORS.some(([sign]) => sign === declared[1]);
  const rest = isKnown ? start.slice(declared[0].length) : start;
  const body = (async function* () {
    yield rest;
    for (let next; !(next = await pieces.next()).done;) yield next.value;
  })();
  if (isKnown) return { separator: declared[1]!, body, skipped: 1 };
  const header = /\S.*/.exec(rest)?.[0] ?? '';
  const known = (sign: string) =>
    header
      .split(sign, MAX_COLUMNS)
      .filter((cell) => columnOf(cell.trim().replace(/^"|"$/g, '').slice(0, 100))).length;
  const [best] = SEPARATORS.map(([sign]) => sign).toSorted((a, b) => known(b) - known(a));
  return { separator: best!, body, skipped: 0 };
}

function readHeader(
  file: string,
  record: readonly string[],
  line: number,
  separator: string,
  signs: ReadonlySet<string>,
): (Column | undefined)[] {
  const fail = (message: string) => new CatalogueFileError(file, line, message);
  const named = record.flatMap((cell, index) => (cell.trim() === '' ? [] : [{ cell, index }]));
  if (named.length > MAX_COLUMNS)
    throw fail(
      `The first line names ${named.length} columns; at most ${MAX_COLUMNS} can be read. Remove the others.`,
    );
  const columns: (Column | undefined)[] = record.map(() => undefined);
  const unknown: string[] = [];
  for (const { cell, index } of named) {
    const column = columnOf(cell);
    if (!column) unknown.push(cell.trim());
    const currency = currencyOfHeader(cell);
    if (currency !== undefined && !signs.has(currencyKey(currency)))
      throw fail(
        `The column "${printable(cell)}" has prices in "${printable(currency)}", which is not the shop's currency.`,
      );
    columns[index] = column;
  }
  if (unknown.length > 0)
    throw fail(
      `Unknown columns: ${printable(unknown.join(', '), 200)}. The first line must name the columns, out of ${COLUMN_LIST} or ` +
        `their names in other languages, separated by commas, semicolons or tabs. Remove or rename the others. ` +
        `It was read with a ${separator} as the separator.`,
    );
  for (const { cell, index } of named) {
    const first = columns.findIndex((other) => other && sameColumn(other, columns[index]!));
    if (first === index) continue;
    const other = record[first]!.trim();
    throw fail(
      sameColumn(other as Column, cell.trim() as Column)
        ? `The column "${columns[index]}" appears twice, as columns ${first + 1} and ${index + 1}. Remove one of them.`
        : `The columns ${first + 1}, "${printable(other)}", and ${index + 1}, "${printable(cell.trim())}", both mean ` +
            `"${columns[index]}". Remove one of them.`,
    );
  }
  if (!columns.includes('sku'))
    throw fail('The column sku is missing. It identifies the product of each row.');
  const stock = stockColumn(columns.flatMap((column) => column ?? []));
  return columns.map((column) => (column === 'stock' ? stock : column));
}

function readCells(
  record: readonly string[],
  columns: readonly (Column | undefined)[],
  line: number,
  separator: string,
): FileRow {
  const odd = record.findIndex((cell, index) => cell.trim() !== '' && !columns[index]);
  if (odd >= 0)
    return {
      line,
      error:
        `Cell ${odd + 1}, "${printable(record[odd]!)}", has no column: the first line names ${columns.length} columns. ` +
        `The separator is a ${separator}; put quotes around a cell that contains one.`,
    };
  const row: { [Name in Column]?: string } = {};
  // A spreadsheet may omit empty cells at the end of a row. Those columns keep their values.
  for (const [index, cell] of record.entries()) {
    const column = columns[index];
    if (column) row[column] = readCell(cell.trim());
  }
  const last = columns[record.length];
  return { line, row: row as CatalogueRow, ...(last && { endsBefore: last }) };
}

function explain(file: string, error: CsvError, last: number, skipped: number): CatalogueFileError {
  const at = skipped + Number(error['lines'] ?? last);
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new CatalogueFileError(
        file,
        last + 1,
        'A quote (") opens a cell in this row or below and is never closed. Close it; a quote inside a cell is written twice ("").',
      );
    case 'CSV_MAX_RECORD_SIZE':
      return new CatalogueFileError(
        file,
        last + 1,
        `This row is longer than ${MAX_ROW_LENGTH} characters. A quote (") may never be closed.`,
      );
    default:
      return new CatalogueFileError(
        file,
        at,
        'There is a quote (") inside a cell. Put the whole cell in quotes, and write a quote inside it twice, e.g. "12"" pan".',
      );
  }
}

/** Text that spreadsheets run as a formula, with any apostrophes before it, so that the export's own can be recognised. */
const FORMULA = /^'*[=+\-@\t\r＝＋－＠]/u;

/** A cell that spreadsheets do not run: an apostrophe before a formula makes it a text. */
const writeCell = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
const readCell = (text: string): string =>
  text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;

/** The byte order mark, by which Excel recognises UTF-8, and the column names. */
export const csvHeader = (): string => `\uFEFF${stringify([[...EXPORTED]])}`;

/** One line of an export. {@link readCsv} reads the same row from it. */
export const csvLine = (row: Required<Pick<CatalogueRow, ExportedColumn>>): string =>
  stringify([EXPORTED.map((column) => writeCell(row[column]))]);
