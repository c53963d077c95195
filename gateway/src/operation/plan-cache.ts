import { LRUCache } from 'lru-cache';
import type { Operation } from './operation.js';

export interface PlanCacheOptions {
  /** What all operations kept may weigh together, in bytes. */
  readonly maxBytes: number;
}

/** The share of the cache for operations that only one client has sent. */
const CLIENT_SHARE = 1 / 8;
/** An operation that weighs more than this part of the cache is planned each time. */
const OPERATION_SHARE = 1 / 32;
/** Longer texts are parsed and planned each time: what a client sends that is so long is seldom sent twice. */
export const MAX_CACHED_TEXT = 64 * 1024;

interface Entry {
  readonly operation: Operation;
  /** The only client that has sent it; undefined once there are several. */
  client: string | undefined;
  bytes: number;
  /** Uses when it was last considered for eviction from its client's share. */
  seen: number;
}

interface Share {
  bytes: number;
  readonly keys: Set<string>;
}

/**
 * Prepared operations by the hash of their text. Bounded by their measured weight; the least recently used go first.
 * What only one client asks for stays within that client's share, so that no client can push out what others use.
 */
export class PlanCache {
  readonly #entries: LRUCache<string, Entry>;
  readonly #shares = new Map<string, Share>();

  constructor(private readonly options: PlanCacheOptions) {
    this.#entries = new LRUCache({
      maxSize: options.maxBytes,
      maxEntrySize: options.maxBytes * OPERATION_SHARE,
      sizeCalculation: ({ bytes }) => bytes,
      dispose: (entry, key) => this.#release(entry, key),
    });
  }

  get(key: string, client: string): Operation | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.client !== undefined && entry.client !== client) {
      this.#release(entry, key);
      entry.client = undefined;
    }
    return entry.operation;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /**
   * Does nothing for an operation that is too large to keep.
   * @param bytes what it weighs; see weight.ts
   * @param client the only one that asks for it; undefined: several do
   */
  set(key: string, operation: Operation, bytes: number, client: string | undefined): void {
    if (operation.text.length > MAX_CACHED_TEXT || bytes > this.options.maxBytes * OPERATION_SHARE) return;
    const entry: Entry = { operation, client, bytes, seen: operation.uses };
    if (client !== undefined) this.#makeRoom(client, bytes);
    this.#entries.set(key, entry);
    if (client === undefined || !this.#entries.has(key)) return;
    let share = this.#shares.get(client);
    if (!share) this.#shares.set(client, (share = { bytes: 0, keys: new Set() }));
    share.keys.add(key);
    share.bytes += bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  /** The most used first; each with its client, if only one has sent it. */
  mostUsed(limit: number): { operation: Operation; client: string | undefined }[] {
    return [...this.#entries.values()].sort((a, b) => b.operation.uses - a.operation.uses).slice(0, limit);
  }

  /** Lets go of the client's operations that were not used of late until `bytes` more have room. */
  #makeRoom(client: string, bytes: number): void {
    const share = this.#shares.get(client);
    if (!share) return;
    const limit = this.options.maxBytes * CLIENT_SHARE;
    let chances = share.keys.size;
    for (const key of share.keys) {
      if (share.bytes + bytes <= limit) return;
      const entry = this.#entries.peek(key);
      if (entry && chances-- > 0 && entry.operation.uses > entry.seen) {
        // Used since: to the end of the line.
        entry.seen = entry.operation.uses;
        share.keys.delete(key);
        share.keys.add(key);
      } else this.#entries.delete(key);
    }
  }

  #release({ client, bytes }: Entry, key: string): void {
    if (client === undefined) return;
    const share = this.#shares.get(client);
    if (!share?.keys.delete(key)) return;
    share.bytes -= bytes;
    if (share.keys.size === 0) this.#shares.delete(client);
  }
}
