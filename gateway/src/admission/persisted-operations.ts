import { readFileSync } from 'node:fs';
import { Kind, parse, print, visit } from 'graphql';
import { LRUCache } from 'lru-cache';
import { isObject, type JsonObject } from '../json/json.js';
import { sha256 } from '../operation/hash.js';
import type { SharedOperations } from './shared-operations.js';

export type SafelistMode = 'off' | 'log' | 'enforce';

export interface PersistedOptions {
  /** Whether clients may register operations by hash (Apollo's automatic persisted queries). */
  readonly automatic: boolean;
  /** Where other gateways find what was registered here; absent without Redis. */
  readonly shared?: SharedOperations | undefined;
  readonly mode: SafelistMode;
  /** Operation texts by SHA-256 (hex), as `npm run operations` writes them. */
  readonly safelist: ReadonlyMap<string, string> | undefined;
  /** Told about operations that are not on the list. */
  readonly onUnlisted?: (hash: string, text: string) => void;
}

/** A request for an operation that is not known by its hash, or not allowed. */
export class PersistedOperationError extends Error {
  override readonly name = 'PersistedOperationError';
  constructor(
    readonly status: 200 | 400 | 403,
    readonly code:
      | 'PERSISTED_QUERY_NOT_FOUND'
      | 'PERSISTED_QUERY_NOT_SUPPORTED'
      | 'PERSISTED_QUERY_HASH_MISMATCH'
      | 'OPERATION_NOT_ALLOWED'
      | 'BAD_REQUEST',
    message: string,
  ) {
    super(message);
  }
}

export interface PersistedOperations {
  /**
   * The text of the operation to run; a promise only where another gateway may know it.
   * @throws PersistedOperationError, or rejects with it
   */
  resolve(query: string, extensions: JsonObject): string | Promise<string>;
  /** Takes in an operation that came with its hash, now that it is known to be valid. */
  register(query: string, extensions: JsonObject): void;
}

/** What the registered texts may take together. */
const REGISTERED_BYTES = 16 * 1024 * 1024;
/** A longer text saves its client little by being registered, and may run without. */
const MAX_REGISTERED_TEXT = 64 * 1024;
const SHA256 = /^[0-9a-f]{64}$/;

/** Operations by hash: those on the safelist, and those clients have registered. */
export function createPersistedOperations(options: PersistedOptions): PersistedOperations {
  const registered = new LRUCache<string, string>({
    maxSize: REGISTERED_BYTES,
    maxEntrySize: 2 * MAX_REGISTERED_TEXT,
    // Two bytes a character where one of them is not Latin, and the cache's own entry.
    sizeCalculation: (text) => 2 * text.length + 300,
  });
  /** Whether the texts with these hashes are on the list, of those that were looked up before. */
  const listed = new LRUCache<string, boolean>({ max: 5_000 });

  const check = (text: string): string => {
    if (options.mode === 'off' || !options.safelist) return text;
    const hash = sha256(text);
    let isListed = listed.get(hash);
    if (isListed === undefined) {
      isListed = options.safelist.has(hash) || options.safelist.has(sha256(normaliseOperation(text)));
      listed.set(hash, isListed);
      if (!isListed) options.onUnlisted?.(hash, text);
    }
    if (isListed || options.mode === 'log') return text;
    throw new PersistedOperationError(
      403,
      'OPERATION_NOT_ALLOWED',
      'Only operations on the safelist may run here.',
    );
  };
  const findShared = async (shared: SharedOperations, hash: string): Promise<string> => {
    const text = await shared.find(hash);
    // Whatever stands in a store that others write to: only the text of this very hash is run.
    if (text === undefined || sha256(text) !== hash) return notFound();
    registered.set(hash, text);
    return check(text);
  };
  return {
    resolve(query, extensions) {
      const persisted = extensions['persistedQuery'];
      if (persisted === undefined) return check(query);
      const hash = readHash(persisted);
      const known = options.safelist?.get(hash) ?? registered.get(hash);
      if (query === '') {
        if (known !== undefined) return check(known);
        if (!options.automatic)
          throw new PersistedOperationError(
            200,
            'PERSISTED_QUERY_NOT_SUPPORTED',
            'PersistedQueryNotSupported',
          );
        return options.shared ? findShared(options.shared, hash) : notFound();
      }
      if (known === query) return check(query);
      if (sha256(query) !== hash)
        throw new PersistedOperationError(
          400,
          'PERSISTED_QUERY_HASH_MISMATCH',
          'The hash given is not the SHA-256 of the query.',
        );
      return check(query);
    },
    register(query, extensions) {
      if (!options.automatic) return;
      const hash = readHash(extensions['persistedQuery']);
      if (query.length > MAX_REGISTERED_TEXT || registered.has(hash)) return;
      registered.set(hash, query);
      options.shared?.keep(hash, query);
    },
  };
}

function notFound(): never {
  throw new PersistedOperationError(200, 'PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}

function readHash(persisted: unknown): string {
  const hash = isObject(persisted) && persisted['version'] === 1 ? persisted['sha256Hash'] : undefined;
  if (typeof hash === 'string' && SHA256.test(hash)) return hash;
  throw new PersistedOperationError(
    400,
    'BAD_REQUEST',
    '"extensions.persistedQuery" must be { version: 1, sha256Hash: <64 hexadecimal digits> }.',
  );
}

/**
 * Reads a safelist file: `{ "<sha256>": "<operation>" }`, or Apollo's `{ format, operations: [{ id, body }] }`.
 * @throws with the reason
 */
export function readSafelist(path: string): Map<string, string> {
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!isObject(parsed)) throw new Error('Expected a JSON object.');
  const operations = parsed['operations'];
  const texts = Array.isArray(operations)
    ? operations.map((one: unknown) => (isObject(one) ? one['body'] : undefined))
    : Object.values(parsed);
  // By the text's own hash, whatever the file calls it: the list cannot name one operation and allow another.
  const listed = new Map<string, string>();
  for (const text of texts) {
    if (typeof text !== 'string') throw new Error('Expected every operation to be a text.');
    listed.set(sha256(text), text);
    listed.set(sha256(normaliseOperation(text)), text);
  }
  return listed;
}

/**
 * One form for texts that ask the same: clients print operations their own way and add __typename to every selection
 * set for their caches. What cannot be parsed stays as it is.
 */
export function normaliseOperation(text: string): string {
  try {
    return print(
      visit(parse(text, { noLocation: true }), {
        SelectionSet(node) {
          const selections = node.selections.filter(
            (selection) =>
              selection.kind !== Kind.FIELD || selection.name.value !== '__typename' || selection.alias,
          );
          return selections.length === 0 || selections.length === node.selections.length
            ? undefined
            : { ...node, selections };
        },
      }),
    );
  } catch {
    return text;
  }
}
