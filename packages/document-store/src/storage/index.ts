import { compare, isNumeric, keyOf } from '../bson/compare.js';
import { format } from '../bson/format.js';
import { toNumber } from '../bson/number.js';
import { type Doc, type Maybe, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter, type Matcher } from '../query/match.js';
import { keysAt, parsePath, type Path, anyAt } from '../query/path.js';
import { OrderedList, type Place } from './ordered-list.js';
import type { Stored } from './stored.js';

/** One combination of the fields' keys, and the documents that have it. */
interface Entry {
  readonly key: readonly Value[];
  readonly holders: Stored[];
}

/** Keys of one field that follow one another in MongoDB's order of values. */
export interface Interval {
  isBelow(key: Value): boolean;
  isAbove(key: Value): boolean;
}

/** Entries that follow one another. */
export interface Range {
  readonly start: Place;
  readonly end: Place;
}

/** Of so many entries the documents are counted; of more, each entry counts as one. */
const COUNTED_EXACTLY = 1_000;

/** An index in the order of its keys: finds, counts and walks the documents of a range. */
export class Index {
  readonly name: string;
  readonly key: Doc;
  readonly isUnique: boolean;
  readonly isSparse: boolean;
  readonly paths: readonly Path[];
  /** By field, whether its greatest keys come last (1) or first (-1). */
  readonly directions: readonly (1 | -1)[];
  /** By field, whether a document has had several keys for it: then two conditions may be met by two of them. */
  readonly isMultikey: boolean[];
  readonly filter: Matcher | undefined;
  private readonly entries = new OrderedList<Entry>();

  constructor(public spec: Doc) {
    this.name = spec.get('name') as string;
    this.key = spec.get('key') as Doc;
    this.isUnique = spec.get('unique') === true || this.name === '_id_';
    this.isSparse = spec.get('sparse') === true;
    this.paths = [...this.key.keys()].map(parsePath);
    this.directions = [...this.key.values()].map((order) =>
      isNumeric(order) && toNumber(order) < 0 ? -1 : 1,
    );
    this.isMultikey = this.paths.map(() => false);
    const filter = spec.get('partialFilterExpression');
    this.filter = filter instanceof Map ? compileFilter(filter as Doc) : undefined;
  }

  /** After how many seconds from the date that is indexed a document expires; undefined if it never does. */
  get expireAfterSeconds(): number | undefined {
    const seconds = this.spec.get('expireAfterSeconds');
    return typeof seconds === 'number' ? seconds : undefined;
  }

  /** The document's keys by field, or none where the index leaves it out. */
  private keysOf(doc: Doc): Value[][] | undefined {
    if (this.filter && !this.filter(doc)) return undefined;
    if (this.isSparse && !this.paths.some((path) => anyAt(doc, path, false, (value) => value !== undefined)))
      return undefined;
    return this.paths.map((path) => distinct(keysAt(doc, path)));
  }

  /**
   * Whether the document may be here beside all others but `except`.
   * @throws MongoError `DuplicateKey`, or `CannotIndexParallelArrays`
   */
  check(doc: Doc, except: Stored | undefined, namespace: string): void {
    if (this.paths.length > 1) this.refuseParallelArrays(doc);
    if (!this.isUnique) return;
    for (const key of combine(this.keysOf(doc) ?? []))
      if (this.find(key)?.holders.some((holder) => holder !== except)) throw this.duplicate(key, namespace);
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

  /** @param key the combination of keys that is taken */
  duplicate(key: readonly Value[], namespace: string): MongoError {
    const names = [...this.key.keys()];
    const keyValue: Doc = new Map(names.map((name, field) => [name, key[field]!]));
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
    const keys = this.keysOf(stored.doc) ?? [];
    keys.forEach((options, field) => (this.isMultikey[field] ||= options.length > 1));
    for (const key of combine(keys)) {
      const place = this.placeOf(key);
      const entry = this.entries.at(place);
      if (entry && this.compareKeys(entry.key, key) === 0) entry.holders.push(stored);
      else this.entries.insert(place, { key, holders: [stored] });
    }
  }

  /** Fills an empty index with documents known to fit: sorting once is much faster than inserting each. */
  fill(all: Iterable<Stored>): void {
    const byKey = new Map<string, Entry>();
    for (const stored of all) {
      const keys = this.keysOf(stored.doc) ?? [];
      keys.forEach((options, field) => (this.isMultikey[field] ||= options.length > 1));
      for (const key of combine(keys)) {
        const text = keyOf(key as Value[]);
        const entry = byKey.get(text);
        if (entry) entry.holders.push(stored);
        else byKey.set(text, { key, holders: [stored] });
      }
    }
    this.entries.fill([...byKey.values()].sort((one, other) => this.compareKeys(one.key, other.key)));
  }

  remove(stored: Stored): void {
    for (const key of combine(this.keysOf(stored.doc) ?? [])) {
      const place = this.placeOf(key);
      const { holders } = this.entries.at(place)!;
      holders.splice(holders.indexOf(stored), 1);
      if (holders.length === 0) this.entries.remove(place);
    }
  }

  /** Whether two documents stand at the same places, so that one may follow the other without a change here. */
  areAlike(one: Doc, other: Doc): boolean {
    const isSame = ({ parts: [first] }: Path) => one.get(first!) === other.get(first!);
    if (!this.filter && this.paths.every(isSame)) return true;
    const keys = this.keysOf(one);
    const others = this.keysOf(other);
    return keys && others
      ? keys.every((options, field) => compare(options, others[field]) === 0)
      : keys === others;
  }

  /** The entries whose first fields have these keys, and whose next one lies in the interval. */
  rangeOf(points: readonly Value[], interval?: Interval): Range {
    const field = points.length;
    const isUpward = this.directions[field] === 1;
    const orderOf = ({ key }: Entry): number => {
      const order = this.compareKeys(key, points);
      if (order !== 0 || !interval) return order;
      if (interval.isBelow(key[field]!)) return isUpward ? -1 : 1;
      return interval.isAbove(key[field]!) ? (isUpward ? 1 : -1) : 0;
    };
    return {
      start: this.entries.seek((entry) => orderOf(entry) >= 0),
      end: this.entries.seek((entry) => orderOf(entry) > 0),
    };
  }

  /** About how many documents a range leads to. */
  weigh({ start, end }: Range): number {
    const count = this.entries.countBetween(start, end);
    if (count > COUNTED_EXACTLY) return count;
    let documents = 0;
    for (const { holders } of this.entries.between(start, end)) documents += holders.length;
    return documents;
  }

  /** The documents of a range in the index's order; one that has several keys may come several times. */
  *walk({ start, end }: Range, isReversed = false): Generator<Stored, undefined> {
    for (const { holders } of this.entries.between(start, end, isReversed)) yield* holders;
  }

  private placeOf(key: readonly Value[]): Place {
    return this.entries.seek((entry) => this.compareKeys(entry.key, key) >= 0);
  }

  private find(key: readonly Value[]): Entry | undefined {
    const entry = this.entries.at(this.placeOf(key));
    return entry && this.compareKeys(entry.key, key) === 0 ? entry : undefined;
  }

  /** Compares as many fields as `other` has. */
  private compareKeys(key: readonly Value[], other: readonly Value[]): number {
    for (let field = 0; field < other.length; field += 1) {
      const order = compare(key[field], other[field]);
      if (order !== 0) return order * this.directions[field]!;
    }
    return 0;
  }
}

/** Every combination of one key of each field. */
function combine(keys: readonly Value[][]): Value[][] {
  if (keys.length === 0) return [];
  return keys.reduce<Value[][]>(
    (heads, options) =>
      options.length === 1
        ? heads.map((head) => [...head, options[0]!])
        : heads.flatMap((head) => options.map((option) => [...head, option])),
    [[]],
  );
}

function distinct(values: Value[]): Value[] {
  if (values.length < 2) return values;
  const sorted = values.toSorted(compare);
  return sorted.filter((value, index) => index === 0 || compare(value, sorted[index - 1]) !== 0);
}
