import type { Doc, Value } from '../bson/types.js';
import type { Collection, Stored } from '../storage/collection.js';
import type { Index, Interval, Range } from '../storage/index.js';
import { boundsOf, type Bound } from './bounds.js';
import type { SortPart } from './sort.js';

export interface Plan {
  readonly index: Index | undefined;
  /** All that match are among them. */
  readonly candidates: Iterable<Stored>;
  /** Whether they come in the order that is wanted. */
  readonly isSorted: boolean;
}

export interface Wanted {
  readonly sort: readonly SortPart[];
  /** How many, in that order. */
  readonly limit: number;
}

/** A way through an index to all that match. */
interface Way {
  readonly index: Index;
  readonly ranges: readonly Range[];
  /** About how many documents it leads to. */
  readonly weight: number;
  /** How many leading fields are tied to one key each. */
  readonly fixed: number;
  readonly isBound: boolean;
}

type Order = 'forward' | 'reverse' | undefined;

/** More ranges than this are one longer range. */
const MAX_RANGES = 200;

/** Chooses among the collection's indexes, and reading all of it, what probably reads the fewest documents. */
export function planQuery(
  collection: Collection,
  filter: Doc,
  { sort, limit }: Wanted = { sort: [], limit: Infinity },
): Plan {
  const bounds = boundsOf(filter);
  const ids = bounds.get('_id')?.find(({ points }) => points)?.points;
  if (ids && !ids.some(Array.isArray)) {
    const found = new Set(ids.map((id) => collection.findById(id)));
    found.delete(undefined);
    return {
      index: collection.indexes[0],
      candidates: found as Set<Stored>,
      isSorted: sort.length === 0 || found.size < 2,
    };
  }
  const ways = collection.indexes.flatMap((index) => wayThrough(index, bounds) ?? []);
  // No more than that many match.
  const fewest = Math.max(1, Math.min(...ways.map(({ weight }) => weight)));
  const share = Math.min(1, limit / fewest);
  let best: { way: Way | undefined; order: Order; cost: number } = {
    way: undefined,
    order: sort.length === 0 ? 'forward' : undefined,
    cost: sort.length === 0 ? collection.size : collection.size * 2,
  };
  for (const way of ways) {
    const order = orderOf(way, sort);
    if (!way.isBound && (!order || sort.length === 0)) continue;
    // Who reads in order may stop early: how soon, depends on how many of those on the way match.
    const cost = way.weight * (order ? share : 2);
    if (cost < best.cost || (cost === best.cost && way.fixed >= (best.way?.fixed ?? 0)))
      best = { way, order, cost };
  }
  return {
    index: best.way?.index,
    candidates: best.way ? candidatesOf(best.way, best.order) : collection.all(),
    isSorted: best.order !== undefined,
  };
}

/** The lightest way through the index that misses nothing that matches; none if the index may lack some. */
function wayThrough(index: Index, bounds: ReadonlyMap<string, readonly Bound[]>): Way | undefined {
  if (index.filter || index.name === '_id_') return undefined;
  const boundsAt = (field: number) => bounds.get(index.paths[field]?.text ?? '') ?? [];
  let heads: Value[][] = [[]];
  let field = 0;
  for (; field < index.paths.length; field += 1) {
    const points = boundsAt(field).flatMap((bound) => (bound.points ? [bound.points] : []));
    const least = points.toSorted((a, b) => a.length - b.length)[0];
    if (!least || heads.length * least.length > MAX_RANGES) break;
    if (index.isSparse && least.includes(null)) return undefined;
    heads = heads.flatMap((head) => least.map((point) => [...head, point]));
  }
  const choices = intervalsOf(boundsAt(field), index.isMultikey[field] ?? false);
  const isBound = field > 0 || choices.length > 0;
  if (index.isSparse && !isBound) return undefined;
  const fixed = heads.length === 1 ? field : 0;
  const ways = (choices.length > 0 ? choices : [[undefined]]).map((intervals) => {
    const ranges = heads.flatMap((head) => intervals.map((interval) => index.rangeOf(head, interval)));
    const weight = ranges.reduce((total, range) => total + index.weigh(range), 0);
    return { index, ranges, weight, fixed, isBound };
  });
  return ways.reduce((least, way) => (way.weight < least.weight ? way : least));
}

/** Sets of intervals, each of which holds a key of all that match. */
function intervalsOf(bounds: readonly Bound[], isMultikey: boolean): (readonly Interval[])[] {
  const choices = bounds.flatMap(({ intervals }) => (intervals ? [intervals] : []));
  if (isMultikey) return choices;
  // A single key lies in all of them at once.
  const single = choices.flatMap((intervals) => (intervals.length === 1 ? intervals : []));
  const common: Interval = {
    isBelow: (key) => single.some((interval) => interval.isBelow(key)),
    isAbove: (key) => single.some((interval) => interval.isAbove(key)),
  };
  return [...choices.filter(({ length }) => length > 1), ...(single.length > 0 ? [[common]] : [])];
}

/** In which direction the way leads through documents as they are wanted, if in any. */
function orderOf({ index, ranges, fixed }: Way, sort: readonly SortPart[]): Order {
  if (sort.length === 0) return 'forward';
  if (ranges.length > 1) return undefined;
  const isFixed = (text: string) =>
    index.paths.some((path, field) => field < fixed && path.text === text && !index.isMultikey[field]);
  const open = sort.filter(({ path }) => !isFixed(path.text));
  const directions = open.map(({ path, direction }, at) =>
    index.paths[fixed + at]?.text === path.text && !index.isMultikey[fixed + at]
      ? direction * index.directions[fixed + at]!
      : 0,
  );
  if (directions.every((direction) => direction === 1)) return 'forward';
  return directions.every((direction) => direction === -1) ? 'reverse' : undefined;
}

function* candidatesOf({ index, ranges, fixed }: Way, order: Order): Generator<Stored, undefined> {
  const isReversed = order === 'reverse';
  if (ranges.length === 1 && !index.isMultikey.slice(fixed).includes(true))
    return yield* index.walk(ranges[0]!, isReversed);
  const seen = new Set<Stored>();
  for (const range of ranges)
    for (const stored of index.walk(range, isReversed)) {
      if (seen.has(stored)) continue;
      seen.add(stored);
      yield stored;
    }
}
