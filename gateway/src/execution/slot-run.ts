import type { Part } from '../operation/plan.js';
import type { JsonObject } from '../json/json.js';
import { collectAt, pathsAt, type ResponsePath } from '../json/path.js';

/** What one slot sends: the entities of each part, and which representation each became. */
export interface SlotRun {
  readonly slot: number;
  readonly parts: { readonly part: Part; readonly targets: JsonObject[]; readonly indexes: number[] }[];
  readonly representations: string[];
}

/** A slot's run with one of its parts, and only the representations that this needs. */
export function onlyPart(
  { slot, representations }: SlotRun,
  { part, targets, indexes }: SlotRun['parts'][number],
): SlotRun {
  const needed = [...new Set(indexes)];
  const places = new Map(needed.map((index, place) => [index, place]));
  return {
    slot,
    parts: [{ part, targets, indexes: indexes.map((index) => places.get(index)!) }],
    representations: needed.map((index) => representations[index]!),
  };
}

/** An entity that stands at several places was sent once; its error belongs to each of them. */
export function entityErrorPaths(
  data: JsonObject,
  run: SlotRun,
  index: number,
  rest: ResponsePath,
): ResponsePath[] {
  return run.parts.flatMap(({ part, targets, indexes }) => {
    const paths = entityPaths(data, part, targets);
    return indexes.flatMap((sent, place) =>
      sent === index && paths[place] ? [[...paths[place], ...rest]] : [],
    );
  });
}

function entityPaths(
  data: JsonObject,
  part: Part,
  targets: readonly JsonObject[],
): (ResponsePath | undefined)[] {
  const paths: ResponsePath[] = [];
  const objects: JsonObject[] = [];
  pathsAt(data, part.path, paths);
  collectAt(data, part.path, objects);
  // Some objects at the path were not sent (another type, or without what is required): match by order.
  let at = 0;
  return targets.map((target) => {
    while (at < objects.length && objects[at] !== target) at++;
    return paths[at++];
  });
}

/**
 * Whether an error so far may be why a field is missing, for each object at a part's path: it lies within the object, or
 * on the way to it, or has no path. Undefined if no fetch has failed.
 */
export function failedAt(
  data: JsonObject,
  { path }: Part,
  errors: readonly { readonly path?: ResponsePath }[],
): boolean[] | undefined {
  if (errors.length === 0) return undefined;
  const places: ResponsePath[] = [];
  pathsAt(data, path, places);
  const ends = new Set<string>();
  const ways = new Set<string>();
  for (const { path: at = [] } of errors) {
    const prefixes = prefixesOf(at);
    ends.add(prefixes.at(-1)!);
    for (const prefix of prefixes) ways.add(prefix);
  }
  return places.map((place) => {
    const prefixes = prefixesOf(place);
    return ways.has(prefixes.at(-1)!) || prefixes.some((prefix) => ends.has(prefix));
  });
}

/** Each beginning of a path as text, from the empty one to the whole path. */
function prefixesOf(path: ResponsePath): string[] {
  const prefixes = [''];
  for (const element of path) prefixes.push(`${prefixes.at(-1)!}/${element}`);
  return prefixes;
}

/** Where an error of root fields belongs, for each object that they were merged into. */
export function rootErrorPaths(data: JsonObject, part: Part, path: ResponsePath): ResponsePath[] {
  const parents: ResponsePath[] = [];
  pathsAt(data, part.path, parents);
  return parents.map((parent) => [...parent, ...path]);
}

/** Where parts lie in the answer, for errors about all of them: the one object, else the way to the first list. */
export function placesOf(data: JsonObject, parts: readonly Part[]): ResponsePath[] {
  const distinct = new Map<string, ResponsePath>();
  for (const { path } of parts) {
    const paths: ResponsePath[] = [];
    pathsAt(data, path, paths);
    const list = path.indexOf('@');
    const place = paths.length === 1 ? paths[0]! : list < 0 ? path : path.slice(0, list);
    distinct.set(JSON.stringify(place), place);
  }
  return [...distinct.values()];
}

/** A path by the names that the plan's data has, not those that were needed to ask the subgraph. */
export function renamedBack(path: ResponsePath, renamed: Part['renamed']): ResponsePath {
  if (renamed.size === 0) return path;
  return path.map((element) => (typeof element === 'string' ? (renamed.get(element) ?? element) : element));
}
