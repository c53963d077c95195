import { getOwn, isObject, type JsonObject } from './json.js';

/** A plan's flatten path: response names, and '@' for "every element of the list here". */
export type FlattenPath = readonly string[];
export type ResponsePath = readonly (string | number)[];

/** Appends the objects at a flatten path to `found`, in order, leaving out what is null on the way. */
export function collectAt(value: unknown, path: FlattenPath, found: JsonObject[], from = 0): void {
  for (let index = from; index < path.length; index++) {
    if (value === null || value === undefined) return;
    const key = path[index]!;
    if (key === '@') {
      if (!Array.isArray(value)) return;
      for (const item of value) collectAt(item, path, found, index + 1);
      return;
    }
    if (!isObject(value)) return;
    value = getOwn(value, key);
  }
  if (isObject(value)) found.push(value);
}

/** The concrete paths of the very objects that collectAt gives, in its order. Only errors need them. */
export function pathsAt(
  value: unknown,
  path: FlattenPath,
  found: ResponsePath[],
  from = 0,
  parent: ResponsePath = [],
): void {
  if (from === path.length) {
    if (isObject(value)) found.push(parent);
    return;
  }
  const key = path[from]!;
  if (key === '@') {
    if (Array.isArray(value))
      value.forEach((item, index) => pathsAt(item, path, found, from + 1, [...parent, index]));
  } else if (isObject(value)) pathsAt(getOwn(value, key), path, found, from + 1, [...parent, key]);
}
