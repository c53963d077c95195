import { format, typeName } from '../bson/format.js';
import { type Doc, isDoc, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import { compileFilter } from '../query/match.js';
import { toIndex } from '../query/path.js';

/** One change: an operator at a path, with its argument. */
export interface Modification {
  readonly operator: string;
  readonly parts: readonly string[];
  readonly argument: Value;
}

/** By identifier, whether an element of an array is meant by `$[identifier]`. */
export type ArrayFilters = ReadonlyMap<string, (element: Value) => boolean>;

const operatorNames = new Set([
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$rename',
  '$setOnInsert',
  '$currentDate',
  '$push',
  '$pull',
  '$pullAll',
  '$addToSet',
  '$pop',
  '$bit',
]);

const failed = (message: string): MongoError => new MongoError('FailedToParse', message);

/** @throws MongoError for unknown operators, wrong paths, and paths that are in each other's way */
export function parseUpdate(update: Doc): Modification[] {
  const modifications: Modification[] = [];
  for (const [operator, fields] of update) {
    if (!operatorNames.has(operator))
      throw failed(
        `Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`,
      );
    if (!isDoc(fields))
      throw failed(
        `Modifiers operate on fields but we found type ${typeName(fields)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${format(fields)}}`,
      );
    for (const [path, argument] of fields) {
      modifications.push({ operator, parts: parsePath(path), argument });
      if (operator === '$rename')
        modifications.push({ operator: '$renamed', parts: parseTarget(path, argument), argument: path });
    }
  }
  modifications.sort((a, b) => comparePaths(a.parts, b.parts));
  refuseConflicts(modifications);
  return modifications;
}

function parsePath(path: string): string[] {
  const parts = path.split('.');
  if (path === '') throw new MongoError(56, 'An empty update path is not valid.');
  if (parts.includes(''))
    throw new MongoError(56, `The update path '${path}' contains an empty field name, which is not allowed.`);
  if (parts[0]!.startsWith('$'))
    throw /^\$(\[|$)/.test(parts[0]!)
      ? new MongoError(
          'BadValue',
          `Cannot have array filter or positional operator at the start of path '${path}'`,
        )
      : new MongoError(
          'DollarPrefixedFieldName',
          `The dollar ($) prefixed field '${parts[0]}' in '${path}' is not valid for storage.`,
        );
  return parts;
}

function parseTarget(path: string, argument: Value): string[] {
  if (typeof argument !== 'string')
    throw new MongoError(
      'BadValue',
      `The 'to' field for $rename must be a string: ${path}: ${format(argument)}`,
    );
  if (argument === path)
    throw new MongoError(
      'BadValue',
      `The source and target field for $rename must differ: ${path}: ${format(argument)}`,
    );
  if ([path, argument].some((text) => /(^|\.)\$/.test(text)))
    throw new MongoError(
      'BadValue',
      `The source and destination field for $rename may not be dynamic: ${path}`,
    );
  return parsePath(argument);
}

/** The order in which new fields come to be: numbers as numbers, names as text. */
function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [left, right] = [a[index]!, b[index]!];
    if (left === right) continue;
    const [leftIndex, rightIndex] = [toIndex(left), toIndex(right)];
    if (leftIndex >= 0 && rightIndex >= 0) return leftIndex - rightIndex;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

function refuseConflicts(sorted: readonly Modification[]): void {
  const seen = new Set<string>();
  for (const { parts } of sorted) {
    // Sorted by path, a path's prefixes come before it.
    for (let length = 1; length <= parts.length; length += 1) {
      const prefix = parts.slice(0, length).join('.');
      if (seen.has(prefix))
        throw new MongoError(
          'ConflictingUpdateOperators',
          `Updating the path '${parts.join('.')}' would create a conflict at '${prefix}'`,
        );
    }
    seen.add(parts.join('.'));
  }
}

/** @throws MongoError where a filter is not of one identifier, or one is given twice or not used */
export function parseArrayFilters(
  filters: readonly Value[] | undefined,
  modifications: readonly Modification[],
): ArrayFilters {
  const parsed = new Map<string, (element: Value) => boolean>();
  for (const filter of filters ?? []) {
    if (!isDoc(filter))
      throw new MongoError('TypeMismatch', `array filters must be documents, found ${typeName(filter)}`);
    const identifiers = [...new Set(identifiersOf(filter))];
    if (identifiers.length === 0)
      throw failed(`Cannot use an expression without a top-level field name in arrayFilters`);
    if (identifiers.length > 1)
      throw failed(
        `Error parsing array filter :: caused by :: Expected a single top-level field name, found '${identifiers[0]}' and '${identifiers[1]}'`,
      );
    const identifier = identifiers[0]!;
    if (!/^[a-z][a-zA-Z0-9]*$/.test(identifier))
      throw new MongoError(
        'BadValue',
        `Error parsing array filter :: caused by :: The top-level field name must be an alphanumeric string beginning with a lowercase letter, found '${identifier}'`,
      );
    if (parsed.has(identifier))
      throw failed(`Found multiple array filters with the same top-level field name ${identifier}`);
    const matcher = compileFilter(filter);
    parsed.set(identifier, (element) => matcher(new Map([[identifier, element]])));
  }
  const used = new Set(
    modifications.flatMap(({ parts }) => parts.flatMap((part) => /^\$\[(.+)\]$/.exec(part)?.[1] ?? [])),
  );
  for (const identifier of parsed.keys())
    if (!used.has(identifier))
      throw failed(
        `The array filter for identifier '${identifier}' was not used in the update ${format(describe(modifications))}`,
      );
  for (const { parts } of modifications)
    for (const part of parts) {
      const identifier = /^\$\[(.+)\]$/.exec(part)?.[1];
      if (identifier !== undefined && !parsed.has(identifier))
        throw new MongoError(
          'BadValue',
          `No array filter found for identifier '${identifier}' in path '${parts.join('.')}'`,
        );
    }
  return parsed;
}

function identifiersOf(filter: Doc): string[] {
  return [...filter].flatMap(([name, value]) =>
    name.startsWith('$')
      ? Array.isArray(value)
        ? value.flatMap((clause) => (isDoc(clause) ? identifiersOf(clause) : []))
        : []
      : [name.split('.')[0]!],
  );
}

function describe(modifications: readonly Modification[]): Doc {
  const result: Doc = new Map();
  for (const { operator, parts, argument } of modifications) {
    const fields = (result.get(operator) ?? new Map()) as Doc;
    fields.set(parts.join('.'), argument);
    result.set(operator, fields);
  }
  return result;
}

/** @throws MongoError where a replacement has fields that only updates may have */
export function checkReplacement(replacement: Doc): void {
  for (const name of replacement.keys())
    if (name.startsWith('$') && !['$db', '$id', '$ref'].includes(name))
      throw new MongoError(
        'DollarPrefixedFieldName',
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document. Consider using an aggregation pipeline with $replaceWith.`,
      );
}
