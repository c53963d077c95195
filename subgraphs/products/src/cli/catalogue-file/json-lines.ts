import {
  COLUMN_LIST,
  columnOf,
  type CatalogueRow,
  type Column,
} from '../../domain/import/catalogue-columns.js';
import { printable } from '@cartograph/kit/text';
import type { FileRow } from './file-row.js';

/** The rows of a file of JSON lines. @param text with `\n` as its line end */
export function* readJsonLines(text: string): Generator<FileRow> {
  for (const [index, written] of text.split('\n').entries())
    if (written.trim() !== '') yield { line: index + 1, ...readObject(written) };
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
    if (field !== null && typeof field !== 'string' && typeof field !== 'number')
      return { error: `"${printable(name)}" must be a string, a number or null.` };
    row[column] = field === null ? '' : String(field);
  }
  const names = keysOf(text);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return { error: `"${printable(twice)}" appears twice. Remove one of them.` };
  if (row.sku === undefined) return { error: 'sku is missing.' };
  return { row };
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
