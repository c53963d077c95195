import { type Doc, isDoc, Regex, type Value } from '../bson/types.js';
import type { Collection, Stored } from '../storage/collection.js';
import type { Index } from '../storage/index.js';
import { isOperatorDoc } from './operators.js';

export interface Plan {
  readonly index: Index | undefined;
  readonly candidates: Iterable<Stored>;
}

/** For each field that a filter ties to certain values, those values. */
function equalities(filter: Doc, out = new Map<string, Value[]>()): Map<string, Value[]> {
  for (const [name, condition] of filter) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const clause of condition) if (isDoc(clause)) equalities(clause, out);
    } else if (!name.startsWith('$')) {
      const values = valuesOf(condition);
      const known = out.get(name);
      if (values && (!known || values.length < known.length)) out.set(name, values);
    }
  }
  return out;
}

function valuesOf(condition: Value): Value[] | undefined {
  if (!isOperatorDoc(condition)) return condition instanceof Regex ? undefined : [condition];
  const equal = condition.get('$eq');
  if (equal !== undefined) return equal instanceof Regex ? undefined : [equal];
  const among = condition.get('$in');
  if (Array.isArray(among)) return among.some((item) => item instanceof Regex) ? undefined : among;
  const all = condition.get('$all');
  if (Array.isArray(all) && all.length > 0 && !(all[0] instanceof Regex) && !isOperatorDoc(all[0]))
    return [all[0]!];
  return undefined;
}

/** The documents among which all that match must be: by an index where one fits, best one first, else all. */
export function planQuery(collection: Collection, filter: Doc): Plan {
  const fixed = filter.size === 0 ? new Map<string, Value[]>() : equalities(filter);
  if (fixed.size > 0) {
    const ids = fixed.get('_id');
    if (ids && !ids.some(Array.isArray)) {
      const found = new Set(ids.map((id) => collection.findById(id)));
      found.delete(undefined);
      return { index: collection.indexes[0], candidates: found as Set<Stored> };
    }
    let best: { index: Index; covered: number } | undefined;
    for (const index of collection.indexes) {
      if (index.filter || index.name === '_id_') continue;
      const values = index.paths.map(({ text }) => fixed.get(text));
      if (!values[0] || (index.isSparse && values.some((options) => options?.includes(null) ?? true)))
        continue;
      const covered = values.includes(undefined) ? 1 : values.length + (index.isUnique ? 0.5 : 0);
      if (!best || covered > best.covered) best = { index, covered };
    }
    const candidates = best?.index.find(best.index.paths.map(({ text }) => fixed.get(text)));
    if (best && candidates) return { index: best.index, candidates };
  }
  return { index: undefined, candidates: collection.all() };
}
