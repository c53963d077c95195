import { compare } from '../bson/compare.js';
import { toNumber } from '../bson/number.js';
import { isNumeric } from '../bson/compare.js';
import { type Doc, isDoc, type Maybe, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import { keysAt, parsePath, type Path } from './path.js';

export interface SortPart {
  readonly path: Path;
  readonly direction: 1 | -1;
}

/** @throws MongoError where a direction is not 1 or -1 */
export function parseSort(spec: Doc): SortPart[] {
  return [...spec].map(([name, order]) => {
    if (isDoc(order)) throw notSupported('sort by $meta');
    const direction = isNumeric(order) ? toNumber(order) : NaN;
    if (!isNumeric(order))
      throw new MongoError(15974, `Illegal key in $sort specification: ${name}: ${String(order)}`);
    if (direction !== 1 && direction !== -1)
      throw new MongoError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    if (name === '' || name.startsWith('$'))
      throw new MongoError(
        name === '' ? 40352 : 16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    return { path: parsePath(name), direction };
  });
}

/** By which of its values a document takes its place: the least of an array when ascending, else the greatest. */
function sortKey(value: Maybe, { path, direction }: SortPart): Value {
  const keys = keysAt(value, path);
  if (keys.length === 0) return null;
  let best = keys[0]!;
  for (let index = 1; index < keys.length; index += 1)
    if (compare(keys[index], best) * direction < 0) best = keys[index]!;
  return best;
}

/** Sorts stably, each document's keys taken once. */
export function sortBy<T>(items: readonly T[], parts: readonly SortPart[], docOf: (item: T) => Maybe): T[] {
  const keyed = items.map((item) => ({ item, keys: parts.map((part) => sortKey(docOf(item), part)) }));
  keyed.sort((a, b) => {
    for (let index = 0; index < parts.length; index += 1) {
      const result = compare(a.keys[index], b.keys[index]);
      if (result !== 0) return result * parts[index]!.direction;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}
