import { COLUMN_LIST, columnOf, type CatalogueRow, type Column } from '../domain/import/catalogue-columns.js';
import { stockColumn } from '../domain/import/stock-list.js';
import { printable } from '@cartograph/kit/text';
import type { FileRow } from './file-row.js';

/** No product needs more. */
const MAX_LINE_LENGTH = 200_000;

/** The rows of a file of JSON lines. @param text in pieces, with `\n` as its line end */
export async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let [line, rest] = [0, ''];
  const read = (written: string): FileRow[] => {
    line += 1;
    return written.trim() === '' ? [] : [{ line, ...readObject(written) }];
  };
  for await (const piece of text) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const written of lines) yield* read(written);
    if (rest.length <= MAX_LINE_LENGTH) continue;
    yield { line: line + 1, error: `This line is longer than ${MAX_LINE_LENGTH} characters.` };
    return;
  }
  yield* read(rest);
}

function readObject(text: string): { row: CatalogueRow } | { error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { error: `Expected one JSON object per line: ${printable((error as Error).message, 120)}.` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { error: `Expected one JSON object per line, got "${printable(text)}".` };

  const row: { [Name in Column]?: string } = {};
  for (const [name, field] of Object.entries(value)) {
    const column = columnOf(name);
    if (!column)
      return { error: `"${printable(name)}" is not a known property. The properties are ${COLUMN_LIST}.` };
    if (field !== null && !['string', 'number', 'boolean'].includes(typeof field))
      return { error: `"${printable(name)}" must be a string, a number, true, false or null.` };
    row[column] = field === null ? '' : String(field);
  }
  const names = keysOf(text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { error: `"${printable(twice)}" appears twice. Remove one of them.` };
  if (row.sku === undefined) return { error: 'sku is missing.' };
  const { stock, ...others } = row;
  if (stock === undefined) return { row };
  return { row: { ...others, [stockColumn(Object.keys(row) as Column[])]: stock } };
}

/**
 * The property names of an object, in lower case. JSON.parse silently keeps only the last of equal names.
 * @param text a JSON object without nested objects
 */
function keysOf(text: string): string[] {
  return [...text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)]
    .filter(([, , colon]) => colon !== undefined)
    .map(([, name]) => {
      const key = JSON.parse(name!) as string;
      return (columnOf(key) ?? key).toLowerCase();
    });
}
