/** MongoDB's own error codes, as far as the document store uses them (src/mongo/base/error_codes.yml). */
export const errorCodes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  IllegalOperation: 20,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotCreateIndex: 67,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  DollarPrefixedFieldName: 52,
  InvalidIdField: 53,
  CommandNotFound: 59,
  ImmutableField: 66,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  NoReplicationEnabled: 76,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  CommandNotSupported: 115,
  CommandFailed: 125,
  ExceededMemoryLimit: 146,
  CannotIndexParallelArrays: 171,
  InvalidIndexSpecificationOption: 197,
  ConversionFailure: 241,
  InvalidPipelineOperator: 168,
  UnsupportedOpQueryCommand: 352,
  DuplicateKey: 11000,
  BSONObjectTooLarge: 10334,
  SearchNotEnabled: 31082,
} as const;

const nameOfCode = new Map<number, string>(
  Object.entries(errorCodes).map(([name, code]) => [code, name] as const),
);

/** A refusal that goes to the client as `{ ok: 0, errmsg, code, codeName }` or as a write error. */
export class MongoError extends Error {
  readonly code: number;
  /** Further fields of the error document, as BSON values by name: `keyPattern`, `keyValue`, … */
  readonly extra: ReadonlyMap<string, unknown> | undefined;

  constructor(code: keyof typeof errorCodes | number, message: string, extra?: ReadonlyMap<string, unknown>) {
    super(message);
    this.name = 'MongoError';
    this.code = typeof code === 'number' ? code : errorCodes[code];
    this.extra = extra;
  }

  get codeName(): string {
    return nameOfCode.get(this.code) ?? `Location${this.code}`;
  }
}

/** For what mongod supports and this store does not: the message says that the request itself is right. */
export function notSupported(what: string): MongoError {
  return new MongoError(
    'CommandNotSupported',
    `${what} is not supported by the document store; set MONGODB_URL to use a real MongoDB`,
  );
}
