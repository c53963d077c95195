import { Decimal } from './decimal.js';
import {
  Binary,
  BsonSymbol,
  Code,
  DbPointer,
  type Doc,
  Double,
  FarDate,
  type Maybe,
  MAX_KEY,
  MIN_KEY,
  ObjectId,
  Regex,
  Timestamp,
  UNDEFINED,
} from './types.js';

/** A value as MongoDB writes it in messages: `{ a: 1, b: "x" }`, `ObjectId('…')`, `new Date(0)`. */
export function format(value: Maybe): string {
  if (value === undefined) return 'MISSING';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
  }
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map(format).join(', ')} ]`;
  if (value instanceof Map) return formatDoc(value as Doc);
  if (value instanceof Double)
    return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (value instanceof ObjectId) return `ObjectId('${value.hex}')`;
  if (value instanceof Date)
    return `new Date(${value instanceof FarDate ? value.milliseconds : value.getTime()})`;
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Binary)
    return `BinData(${value.subtype}, ${value.data.toString('hex').toUpperCase()})`;
  if (value instanceof Regex) return `/${value.pattern}/${value.options}`;
  if (value instanceof Timestamp) return `Timestamp(${value.value >> 32n}, ${value.value & 0xffffffffn})`;
  if (value instanceof BsonSymbol) return JSON.stringify(value.value);
  if (value instanceof Code)
    return value.scope ? `CodeWScope(${value.code}, ${formatDoc(value.scope)})` : value.code;
  if (value instanceof DbPointer) return `DBRef('${value.namespace}', ${value.id.hex})`;
  return value === MIN_KEY ? 'MinKey' : value === MAX_KEY ? 'MaxKey' : 'undefined';
}

function formatDoc(value: Doc): string {
  if (value.size === 0) return '{}';
  return `{ ${[...value].map(([name, item]) => `${name}: ${format(item)}`).join(', ')} }`;
}

/** The type's name as `$type` and messages have it. */
export function typeName(value: Maybe): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'number':
      return 'int';
    case 'bigint':
      return 'long';
    case 'boolean':
      return 'bool';
  }
  if (Array.isArray(value)) return 'array';
  if (value instanceof Map) return 'object';
  if (value instanceof Double) return 'double';
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Date) return 'date';
  if (value instanceof Decimal) return 'decimal';
  if (value instanceof Binary) return 'binData';
  if (value instanceof Regex) return 'regex';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof BsonSymbol) return 'symbol';
  if (value instanceof Code) return value.scope ? 'javascriptWithScope' : 'javascript';
  if (value instanceof DbPointer) return 'dbPointer';
  return value === UNDEFINED ? 'undefined' : value === MIN_KEY ? 'minKey' : 'maxKey';
}

const typeNumbers: Record<string, number> = {
  double: 1,
  string: 2,
  object: 3,
  array: 4,
  binData: 5,
  undefined: 6,
  objectId: 7,
  bool: 8,
  date: 9,
  null: 10,
  regex: 11,
  dbPointer: 12,
  javascript: 13,
  symbol: 14,
  javascriptWithScope: 15,
  int: 16,
  timestamp: 17,
  long: 18,
  decimal: 19,
  minKey: -1,
  maxKey: 127,
};
const typeNames = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));

/** The name of a type given by number or by name, or nothing where there is none such. */
export function findType(alias: string | number): string | undefined {
  if (typeof alias === 'number') return typeNames.get(alias);
  return Object.hasOwn(typeNumbers, alias) ? alias : undefined;
}
