import { CsvError, parse, type Info } from 'csv-parse';
import { stringify } from 'csv-stringify/sync';
import {
  COLUMN_LIST,
  columnOf,
  COLUMNS,
  sameColumn,
  type CatalogueRow,
  type Column,
} from '../../domain/import/catalogue-columns.js';
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

interface Cells {
  readonly record: string[];
  readonly info: Info;
  readonly raw: string;
}

/**
 * The rows of a CSV file, separated by comma, semicolon or tab, depending on its first line.
 * @param text with `\n` as its line end
 * @throws CatalogueFileError if the header or the quotes cannot be read
 */
export async function* readCsv(file: string, text: string): AsyncGenerator<FileRow> {
  const { separator, body, skipped } = readSeparator(text);
  const name = SEPARATORS.find(([sign]) => sign === separator)![1];
  let columns: (Column | undefined)[] | undefined;
  // Where the last complete row ends. The parser reads ahead, so an error arrives before the rows above it.
  let last = skipped;
  const parser = parse(body, {
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
  try {
    for await (const { record, info, raw } of parser as AsyncIterable<Cells>) {
      const line = skipped + info.lines - (raw.trim().split('\n').length - 1);
      if (record.every((cell) => cell.trim() === '')) continue;
      if (columns) yield readCells(record, columns, line, name);
      else columns = readHeader(file, record, line, name);
    }
  } catch (error) {
    if (error instanceof CsvError) throw explain(file, error, last, skipped);
    throw error;
  }
}

/** The separator in Excel's own first line, `sep=;`, or else the one that yields most known column names. */
function readSeparator(text: string): { separator: string; body: string; skipped: number } {
  const declared = /^"?sep=(.)"?[,;\t]*(\n|$)/i.exec(text);
  if (declared && SEPARATORS.some(([sign]) => sign === declared[1]))
    return { separator: declared[1]!, body: text.slice(declared[0].length), skipped: 1 };
  const header = /\S.*/.exec(text)?.[0] ?? '';
  const known = (sign: string) =>
    header.split(sign).filter((cell) => columnOf(cell.trim().replace(/^"|"$/g, ''))).length;
  const [best] = SEPARATORS.map(([sign]) => sign).toSorted((a, b) => known(b) - known(a));
  return { separator: best!, body: text, skipped: 0 };
}

function readHeader(
  file: string,
  record: readonly string[],
  line: number,
  separator: string,
): (Column | undefined)[] {
  const fail = (message: string) => new CatalogueFileError(file, line, message);
  const columns = record.map((cell) => columnOf(cell));
  const unknown = record.filter((cell, index) => cell.trim() !== '' && !columns[index]);
  if (unknown.length > 0)
    throw fail(
      `Unknown columns: ${printable(unknown.join(', '), 200)}. The first line must name the columns, out of ${COLUMN_LIST}, ` +
        `separated by commas, semicolons or tabs. It was read with a ${separator} as the separator.`,
    );
  for (const [index, column] of columns.entries()) {
    const first = columns.findIndex((other) => other && column && sameColumn(other, column));
    if (column && first !== index)
      throw fail(
        `The column "${column}" appears twice, as columns ${first + 1} and ${index + 1}. Remove one of them.`,
      );
  }
  if (!columns.includes('sku'))
    throw fail('The column sku is missing. It identifies the product of each row.');
  return columns;
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
export const csvHeader = (): string => `\uFEFF${stringify([[...COLUMNS]])}`;

/** One line of an export. {@link readCsv} reads the same row from it. */
export const csvLine = (row: Required<Pick<CatalogueRow, (typeof COLUMNS)[number]>>): string =>
  stringify([COLUMNS.map((column) => writeCell(row[column]))]);
