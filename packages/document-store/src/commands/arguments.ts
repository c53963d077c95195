import { isNumeric } from '../bson/compare.js';
import { typeName } from '../bson/format.js';
import { toInteger, toNumber } from '../bson/number.js';
import { type Doc, isDoc, type Maybe, type Value } from '../bson/types.js';
import { MongoError, notSupported } from '../errors.js';
import type { Collection } from '../storage/collection.js';
import { equals } from '../bson/compare.js';

/** Reads a command's fields, each refused with MongoDB's words where its type is wrong. */
export class Arguments {
  constructor(
    readonly command: string,
    readonly values: Doc,
  ) {}

  get(name: string): Maybe {
    const value = this.values.get(name);
    return value === null ? undefined : value;
  }

  private wrongType(name: string, expected: string): MongoError {
    return new MongoError(
      'TypeMismatch',
      `BSON field '${this.command}.${name}' is the wrong type '${typeName(this.values.get(name))}', expected type${expected.startsWith('[') ? 's' : ''} '${expected}'`,
    );
  }

  private missing(name: string): MongoError {
    return new MongoError(40414, `BSON field '${this.command}.${name}' is missing but a required field`);
  }

  doc(name: string): Doc | undefined {
    const value = this.get(name);
    if (value === undefined || isDoc(value)) return value;
    throw this.wrongType(name, 'object');
  }

  requiredDoc(name: string): Doc {
    const value = this.doc(name);
    if (value === undefined) throw this.missing(name);
    return value;
  }

  required(name: string): Value {
    const value = this.get(name);
    if (value === undefined) throw this.missing(name);
    return value;
  }

  array(name: string): Value[] | undefined {
    const value = this.get(name);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.wrongType(name, 'array');
  }

  docs(name: string): Doc[] {
    const items = this.array(name);
    if (!items) throw this.missing(name);
    return items.map((item, index) => {
      if (isDoc(item)) return item;
      throw new MongoError(
        'TypeMismatch',
        `BSON field '${this.command}.${name}.${index}' is the wrong type '${typeName(item)}', expected type 'object'`,
      );
    });
  }

  string(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.wrongType(name, 'string');
  }

  boolean(name: string, otherwise = false): boolean {
    const value = this.get(name);
    if (value === undefined) return otherwise;
    if (typeof value === 'boolean') return value;
    if (isNumeric(value)) return toNumber(value) !== 0;
    throw this.wrongType(name, '[bool, long, int, decimal, double]');
  }

  /** @throws MongoError for fractions, and below `least` */
  integer(name: string, least = 0): number | undefined {
    const value = this.get(name);
    if (value === undefined) return undefined;
    if (!isNumeric(value)) throw this.wrongType(name, '[long, int, decimal, double]');
    const number = toInteger(value) ?? BigInt(Math.trunc(toNumber(value)) || 0);
    if (number < least)
      throw new MongoError(51024, `BSON field '${name}' value must be >= ${least}, actual value '${number}'`);
    return Number(number);
  }

  /** @throws MongoError `InvalidNamespace` where the command names no collection */
  collection(): string {
    const name = this.values.get(this.command);
    if (typeof name !== 'string')
      throw new MongoError('InvalidNamespace', `collection name has invalid type ${typeName(name)}`);
    return name;
  }

  /** @throws MongoError 40415 for a field that neither the command nor every command has */
  refuseUnknown(known: readonly string[]): void {
    for (const name of this.values.keys())
      if (name !== this.command && !known.includes(name) && !generic.has(name))
        throw new MongoError(40415, `BSON field '${this.command}.${name}' is an unknown field.`);
  }
}

const generic = new Set([
  '$db',
  '$clusterTime',
  '$readPreference',
  '$audit',
  '$client',
  '$configTime',
  '$topologyTime',
  'lsid',
  'txnNumber',
  'autocommit',
  'startTransaction',
  'readConcern',
  'writeConcern',
  'comment',
  'maxTimeMS',
  'maxTimeMSOpOnly',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'rawData',
  'serialization_context',
]);

/** @throws MongoError `InvalidNamespace` */
export function namespaceOf(database: string, collection: string): string {
  const isValid =
    collection !== '' &&
    !collection.startsWith('.') &&
    !/[\0]/.test(collection) &&
    !(collection.includes('$') && collection !== '$cmd.aggregate');
  if (!isValid || Buffer.byteLength(database) > 63 || database === '' || /[/\\. "$\0]/.test(database))
    throw new MongoError('InvalidNamespace', `Invalid namespace specified '${database}.${collection}'`);
  return `${database}.${collection}`;
}

/** Strings compare by their bytes here; any other order is refused rather than ignored. */
export function refuseCollation(collation: Maybe): void {
  if (!isDoc(collation) || collation.size === 0 || collation.get('locale') === 'simple') return;
  throw notSupported('a collation other than simple');
}

/** @throws MongoError `BadValue` where the hint names no index */
export function checkHint(collection: Collection | undefined, hint: Maybe): void {
  if (hint === undefined || hint === null || (isDoc(hint) && (hint.size === 0 || hint.has('$natural'))))
    return;
  if (!isDoc(hint) && typeof hint !== 'string')
    throw new MongoError('FailedToParse', `Hint must be a string or an object`);
  if (!collection) return;
  const exists = collection.indexes.some(({ name, key }) =>
    isDoc(hint) ? equals(key, hint) : name === hint,
  );
  if (!exists)
    throw new MongoError(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
}
