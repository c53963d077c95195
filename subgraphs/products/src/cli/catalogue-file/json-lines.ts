import {
  COLUMN_LIST,
  columnOf,
  type CatalogueRow,
  type Column,
} from '../../domain/import/catalogue-columns.js';
import { printable } from '../../domain/text.js';
import type { FileRow } from './file-row.js';

/** The rows of a file of JSON lines. @param text with `\n` as its line end */
export function* readJsonLines(text: string): Generator<FileRow> {
  for (const [index, written] of text.split('\n').entries())
    if (written.trim() !== '') yield { line: index + 1, ...readObject(written) };
}

function readObject(text: string): { row: CatalogueRow } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: `Expected an object in JSON on one line: ${printable((error as Error).message, 120)}.` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: `Expected an object in JSON on one line, got "${printable(text)}".` };

  const row: { [Name in Column]?: string } = {};
  for (const [name, field] of Object.entries(value)) {
    const column = columnOf(name);
    if (!column) return { fault: `"${printable(name)}" is unknown; there are ${COLUMN_LIST}.` };
    if (field !== null && typeof field !== 'string' && typeof field !== 'number')
      return { fault: `"${printable(name)}" must be a text, a number or null.` };
    row[column] = field === null ? '' : String(field);
  }
  const names = keysOf(text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { fault: `"${printable(twice)}" is there twice. Remove one of them.` };
  if (row.sku === undefined) return { fault: 'sku is missing.' };
  return { row };
}

/**
 * The properties as they are written, in lower case: of those that are there twice JSON.parse keeps the last, without a word.
 * @param text an object in JSON that holds no other
 */
function keysOf(text: string): string[] {
  return [...text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)]
    .filter(([, , colon]) => colon !== undefined)
    .map(([, name]) => {
      const key = JSON.parse(name!) as string;
      return (columnOf(key) ?? key).toLowerCase();
    });
}
