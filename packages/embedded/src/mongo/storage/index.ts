import { keyOf } from '../bson/compare.js';
import { format } from '../bson/format.js';
import { type Doc, type Maybe, UNDEFINED, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter, type Matcher } from '../query/match.js';
import { keysAt, parsePath, type Path, anyAt } from '../query/path.js';
import type { Stored } from './collection.js';

/** A hash index: finds documents by equality on all its fields, or on its first. */
export class Index {
  readonly name: string;
  readonly key: Doc;
  readonly isUnique: boolean;
  readonly isSparse: boolean;
  readonly paths: readonly Path[];
  readonly filter: Matcher | undefined;
  private readonly byAll = new Map<string, Set<Stored>>();
  private readonly byFirst: Map<string, Set<Stored>> | undefined;

  constructor(readonly spec: Doc) {
    this.name = spec.get('name') as string;
    this.key = spec.get('key') as Doc;
    this.isUnique = spec.get('unique') === true || this.name === '_id_';
    this.isSparse = spec.get('sparse') === true;
    this.paths = [...this.key.keys()].map(parsePath);
    this.byFirst = this.paths.length > 1 ? new Map() : undefined;
    const filter = spec.get('partialFilterExpression');
    this.filter = filter instanceof Map ? compileFilter(filter as Doc) : undefined;
  }

  /** The document's keys by field, or none where the index leaves it out. */
  private keysOf(doc: Doc): Value[][] | undefined {
    if (this.filter && !this.filter(doc)) return undefined;
    if (this.isSparse && !this.paths.some((path) => anyAt(doc, path, false, (value) => value !== undefined)))
      return undefined;
    const keys = this.paths.map((path) => distinct(keysAt(doc, path)));
    return keys;
  }

  private combine(keys: readonly Value[][]): string[] {
    let combined = [''];
    for (const values of keys) {
      const next = values.map(keyOf);
      combined =
        combined.length === 1 && next.length === 1
          ? [combined[0]! + next[0]!]
          : combined.flatMap((head) => next.map((key) => head + key));
    }
    return combined;
  }

  /**
   * Whether the document may be here beside all others but `except`.
   * @throws MongoError `DuplicateKey`, or `CannotIndexParallelArrays`
   */
  check(doc: Doc, except: Stored | undefined, namespace: string): void {
    if (this.paths.length > 1) this.refuseParallelArrays(doc);
    if (!this.isUnique) return;
    const keys = this.keysOf(doc);
    if (!keys) return;
    for (const key of this.combine(keys)) {
      const holders = this.byAll.get(key);
      if (!holders) continue;
      for (const holder of holders) if (holder !== except) throw this.duplicate(keys, namespace, key);
    }
  }

  private refuseParallelArrays(doc: Doc): void {
    const arrays = this.paths.filter((path) => {
      let current: Maybe = doc;
      for (const part of path.parts) {
        if (!(current instanceof Map)) break;
        current = (current as Doc).get(part);
      }
      return Array.isArray(current);
    });
    const [first, second] = [...new Map(arrays.map((path) => [path.parts[0], path])).values()];
    if (first && second)
      throw new MongoError(
        'CannotIndexParallelArrays',
        `cannot index parallel arrays [${second.text}] [${first.text}]`,
      );
  }

  /** @param clash which of the combined keys is taken */
  duplicate(keys: readonly Value[][], namespace: string, clash: string): MongoError {
    let values = keys.map((options) => options[0] ?? null);
    // Of several keys (an array's elements), the one that is taken.
    for (const [position, options] of keys.entries())
      for (const option of options) {
        const candidate = values.map((value, index) => (index === position ? option : value));
        if (candidate.map(keyOf).join('') === clash) values = candidate;
      }
    const names = [...this.key.keys()];
    const keyValue: Doc = new Map(names.map((name, index) => [name, values[index]!]));
    return new MongoError(
      'DuplicateKey',
      `E11000 duplicate key error collection: ${namespace} index: ${this.name} dup key: ${format(keyValue)}`,
      new Map<string, unknown>([
        ['keyPattern', this.key],
        ['keyValue', keyValue],
      ]),
    );
  }

  add(stored: Stored): void {
    const keys = this.keysOf(stored.doc);
    if (!keys) return;
    for (const key of this.combine(keys)) put(this.byAll, key, stored);
    if (this.byFirst) for (const value of keys[0]!) put(this.byFirst, keyOf(value), stored);
  }

  remove(stored: Stored): void {
    const keys = this.keysOf(stored.doc);
    if (!keys) return;
    for (const key of this.combine(keys)) take(this.byAll, key, stored);
    if (this.byFirst) for (const value of keys[0]!) take(this.byFirst, keyOf(value), stored);
  }

  /**
   * All that may match, given which values each field may be equal to (undefined: not known); nothing where the
   * index cannot tell.
   */
  find(values: readonly (readonly Value[] | undefined)[]): Iterable<Stored> | undefined {
    const first = values[0];
    if (!first) return undefined;
    const isWhole = values.every((options) => options !== undefined);
    const map = isWhole ? this.byAll : this.byFirst;
    if (!map) return undefined;
    const keys = isWhole
      ? this.combine((values as Value[][]).map((options) => options.flatMap(lookupKeys)))
      : first.flatMap(lookupKeys).map(keyOf);
    if (keys.length === 1) return map.get(keys[0]!) ?? [];
    const found = new Set<Stored>();
    for (const key of keys) for (const stored of map.get(key) ?? []) found.add(stored);
    return found;
  }
}

/** The keys under which a document stands that is equal to `value`: an array is indexed by its elements. */
function lookupKeys(value: Value): Value[] {
  return Array.isArray(value) ? [value, value.length === 0 ? UNDEFINED : value[0]!] : [value];
}

function distinct(values: Value[]): Value[] {
  return values.length < 2 ? values : [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

function put(map: Map<string, Set<Stored>>, key: string, stored: Stored): void {
  const holders = map.get(key);
  if (holders) holders.add(stored);
  else map.set(key, new Set([stored]));
}

function take(map: Map<string, Set<Stored>>, key: string, stored: Stored): void {
  const holders = map.get(key);
  if (!holders) return;
  holders.delete(stored);
  if (holders.size === 0) map.delete(key);
}
