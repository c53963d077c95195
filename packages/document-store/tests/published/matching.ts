import { BSON } from 'mongodb';

const bsonTypeOf = (value: unknown): string => {
  if (value === undefined) return 'missing';
  const buffer = BSON.serialize({ v: value });
  const types: Record<number, string> = {
    1: 'double',
    2: 'string',
    3: 'object',
    4: 'array',
    5: 'binData',
    7: 'objectId',
    8: 'bool',
    9: 'date',
    10: 'null',
    11: 'regex',
    16: 'int',
    17: 'timestamp',
    18: 'long',
    19: 'decimal',
  };
  return types[buffer[4]!] ?? 'other';
};

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function unwrap(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'object' && value !== null && '_bsontype' in value) {
    const type = value._bsontype;
    if (type === 'Int32' || type === 'Double' || type === 'Long') return Number(value.toString());
    return `${String(type)}:${JSON.stringify(value)}`;
  }
  if (value instanceof Date) return `Date:${value.toISOString()}`;
  return value;
}

/**
 * Why a value does not match what a unified test expects, or nothing. Documents at the root may have more fields than
 * expected; those inside others may not.
 * https://github.com/mongodb/specifications/blob/master/source/unified-test-format/unified-test-format.md#evaluating-matches
 */
export function mismatch(expected: unknown, actual: unknown, path = '', isRoot = true): string | undefined {
  if (isPlain(expected)) {
    const special = specialMismatch(expected, actual, path, isRoot);
    if (special !== undefined) return special === '' ? undefined : special;
    if (typeof actual !== 'object' || actual === null)
      return `${path}: expected a document, got ${String(actual)}`;
    const fields = actual as Record<string, unknown>;
    for (const [name, value] of Object.entries(expected)) {
      const inner = mismatch(value, fields[name], `${path}.${name}`, false);
      if (inner) return inner;
    }
    if (isRoot) return undefined;
    const extra = Object.keys(fields).find((name) => !(name in expected));
    return extra === undefined ? undefined : `${path}.${extra}: not expected`;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path}: expected an array`;
    if (expected.length !== actual.length)
      return `${path}: expected ${expected.length} elements, got ${JSON.stringify(actual)}`;
    for (const [index, value] of expected.entries()) {
      const inner = mismatch(value, actual[index], `${path}[${index}]`, isRoot);
      if (inner) return inner;
    }
    return undefined;
  }
  const [left, right] = [unwrap(expected), unwrap(actual)];
  return Object.is(left, right) || (left === 0 && right === 0)
    ? undefined
    : `${path}: expected ${String(left)}, got ${String(right)}`;
}

/** '' for a match by a special operator, undefined where there is none. */
function specialMismatch(
  expected: Record<string, unknown>,
  actual: unknown,
  path: string,
  isRoot: boolean,
): string | undefined {
  const [operator, argument] = Object.entries(expected)[0] ?? [];
  switch (operator) {
    case '$$unsetOrMatches':
      return actual === undefined || actual === null ? '' : (mismatch(argument, actual, path, isRoot) ?? '');
    case '$$exists':
      return (actual !== undefined) === argument ? '' : `${path}: should ${argument ? '' : 'not '}exist`;
    case '$$type':
      return ([] as unknown[]).concat(argument).includes(bsonTypeOf(actual))
        ? ''
        : `${path}: is of type ${bsonTypeOf(actual)}`;
  }
  return undefined;
}
