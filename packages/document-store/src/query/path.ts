import { type Doc, isDoc, type Maybe, UNDEFINED, type Value } from '../bson/types.js';

/** A dotted path, taken apart once. `indexes[i]` is the array index that part `i` may mean, or -1. */
export interface Path {
  readonly text: string;
  readonly parts: readonly string[];
  readonly indexes: readonly number[];
}

export function parsePath(text: string): Path {
  const parts = text.split('.');
  return { text, parts, indexes: parts.map(toIndex) };
}

export const toIndex = (part: string): number => (/^(0|[1-9]\d{0,8})$/.test(part) ? Number(part) : -1);

/** Is given a value, and the index of the outermost array element on the way to it (-1: there was no array). */
export type LeafTest = (value: Maybe, index: number) => boolean;

/**
 * Whether any value that the path leads to passes the test, with MongoDB's implicit walk into arrays: a field that is
 * not there counts as one missing value, an array on the way stands for the documents in it, and an array at the end
 * for its elements and itself (`expand`) or for itself alone.
 */
export function anyAt(holder: Doc, path: Path, expand: boolean, test: LeafTest): boolean {
  return anyInDoc(holder, path, 0, expand, test, -1);
}

function anyInDoc(
  holder: Doc,
  path: Path,
  from: number,
  expand: boolean,
  test: LeafTest,
  index: number,
): boolean {
  let at = from + 1;
  let current = holder.get(path.parts[from]!);
  while (at < path.parts.length && isDoc(current)) {
    current = current.get(path.parts[at]!);
    at += 1;
  }
  if (Array.isArray(current)) return anyInArray(current, path, at, expand, test, index);
  return test(at < path.parts.length ? undefined : current, index);
}

function anyInArray(
  array: readonly Value[],
  path: Path,
  at: number,
  expand: boolean,
  test: LeafTest,
  index: number,
): boolean {
  if (at === path.parts.length) {
    if (expand)
      for (let position = 0; position < array.length; position += 1)
        if (test(array[position], index < 0 ? position : index)) return true;
    return test(array as Value[], index);
  }
  const wanted = path.indexes[at]!;
  for (let position = 0; position < array.length; position += 1) {
    const element = array[position]!;
    const outer = index < 0 ? position : index;
    if (isDoc(element) && anyInDoc(element, path, at, expand, test, outer)) return true;
    if (position !== wanted) continue;
    if (at + 1 === path.parts.length) {
      if (test(element, outer)) return true;
    } else if (isDoc(element)) {
      if (anyInDoc(element, path, at + 1, expand, test, outer)) return true;
    } else if (Array.isArray(element) && anyInArray(element, path, at + 1, expand, test, outer)) return true;
  }
  return false;
}

/**
 * The keys an index has for a document at a path, which are also what it is sorted by: null where nothing is, one per
 * element of an array, BSON undefined for an empty one.
 */
export function keysAt(value: Maybe, path: Path, from = 0, out: Value[] = []): Value[] {
  let current = value;
  for (let at = from; at < path.parts.length; at += 1) {
    if (isDoc(current)) {
      current = current.get(path.parts[at]!);
    } else if (Array.isArray(current)) {
      const wanted = path.indexes[at]!;
      if (wanted >= 0 && !current.some((element) => isDoc(element) && element.has(path.parts[at]!))) {
        current = current[wanted];
        continue;
      }
      if (current.length === 0) out.push(null);
      for (const element of current) {
        if (isDoc(element)) keysAt(element, path, at, out);
        else out.push(null);
      }
      return out;
    } else {
      out.push(null);
      return out;
    }
  }
  if (!Array.isArray(current)) out.push(current ?? null);
  else if (current.length === 0) out.push(UNDEFINED);
  else for (const element of current) out.push(element);
  return out;
}

/** The value at a path of field names alone, without walking into arrays. */
export function getPlain(holder: Doc, parts: readonly string[]): Maybe {
  let current: Maybe = holder;
  for (const part of parts) {
    if (!isDoc(current)) return undefined;
    current = current.get(part);
  }
  return current;
}
