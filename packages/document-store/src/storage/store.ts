import { lockFolder } from '@cartograph/processes';
import { decodeDoc } from '../bson/decode.js';
import { encodeDoc } from '../bson/encode.js';
import type { Doc } from '../bson/types.js';
import { Collection } from './collection.js';
import { journalFile, loadFolder, adoptSnapshot, draftSnapshot } from './files.js';
import type { Entry, EntryKind } from './frames.js';
import { Journal } from './journal.js';

export interface StoreOptions {
  /** Without it, the data is in memory only. */
  readonly dataDir?: string | undefined;
  /** Called once, when the journal can no longer be written. */
  readonly onFailure?: (error: Error) => void;
  readonly log?: (message: string) => void;
  /** The size of the journal in bytes at which it is replaced by a snapshot while the store runs. */
  readonly compactAt?: number;
}

const COMPACT_AT = 64 * 1024 * 1024;

/** All databases, held in memory and journalled to the data directory. */
export class Store {
  private readonly collections = new Map<string, Collection>();
  private journal: Journal | undefined;
  private unlock: (() => void) | undefined;
  private generation = 0;
  private compactAt: number;

  /** @throws Error where the data directory is damaged or in use */
  constructor(private readonly options: StoreOptions = {}) {
    const { dataDir } = options;
    this.compactAt = options.compactAt ?? COMPACT_AT;
    if (dataDir === undefined) return;
    const { generation, entries, journal } = this.open(dataDir);
    try {
      for (const entry of entries) this.replay(entry);
      if (journal.tornBytes > 0)
        options.log?.(`cut off ${journal.tornBytes} bytes of a write that never finished from the journal`);
      const isCompact = generation > 0 && journal.validBytes === 0;
      this.generation = isCompact ? generation : generation + 1;
      if (!isCompact) {
        draftSnapshot(dataDir, this.generation, this.snapshot());
        adoptSnapshot(dataDir, this.generation);
      }
      this.journal = this.newJournal(dataDir);
    } catch (error) {
      this.unlock?.();
      throw error;
    }
  }

  private newJournal(dataDir: string): Journal {
    return new Journal(journalFile(dataDir, this.generation), this.options.onFailure ?? (() => undefined));
  }

  private open(dataDir: string): ReturnType<typeof loadFolder> {
    this.unlock = lockFolder(dataDir);
    try {
      return loadFolder(dataDir);
    } catch (error) {
      this.unlock();
      throw error;
    }
  }

  find(namespace: string): Collection | undefined {
    return this.collections.get(namespace);
  }

  /** The collection, made where it is not there yet. */
  obtain(namespace: string, options: Doc = new Map()): Collection {
    const known = this.collections.get(namespace);
    if (known) return known;
    this.write('create', namespace, encodeDoc(options));
    return this.make(namespace, options);
  }

  private make(namespace: string, options: Doc): Collection {
    const collection = new Collection(namespace, options, (kind, body) => this.write(kind, namespace, body));
    this.collections.set(namespace, collection);
    return collection;
  }

  drop(namespace: string): void {
    if (!this.collections.has(namespace)) return;
    this.write('drop', namespace, encodeDoc(new Map()));
    this.collections.delete(namespace);
  }

  /** Puts `source` in the place of `target`, as `$out` and renameCollection do. */
  replaceCollection(target: string, fill: (collection: Collection) => void): void {
    const fresh = new Collection(target, this.find(target)?.options ?? new Map(), () => undefined);
    for (const index of this.find(target)?.indexes.slice(1) ?? []) fresh.restoreIndex(index.spec);
    fill(fresh);
    this.drop(target);
    const collection = this.obtain(target, fresh.options);
    for (const index of fresh.indexes.slice(1)) collection.createIndex(index.spec);
    for (const stored of fresh.all()) collection.insert(stored.doc);
  }

  /** All collections of all databases. */
  all(): IterableIterator<Collection> {
    return this.collections.values();
  }

  /** Collections of one database, by name. */
  collectionsOf(database: string): [string, Collection][] {
    const prefix = `${database}.`;
    return [...this.collections]
      .filter(([namespace]) => namespace.startsWith(prefix))
      .map(([namespace, collection]) => [namespace.slice(prefix.length), collection]);
  }

  databases(): string[] {
    return [
      ...new Set([...this.collections.keys()].map((namespace) => namespace.slice(0, namespace.indexOf('.')))),
    ].sort();
  }

  /** Increases with each write, and so shows whether there is anything to wait for. */
  written = 0;

  /** Resolves when everything written so far is on disk. Call it between commands, not during one. */
  flushed(): Promise<void> {
    if (!this.journal) return Promise.resolve();
    const durable = this.journal.flushed();
    if (this.journal.bytes > this.compactAt) this.compact(this.journal);
    return durable;
  }

  /**
   * Writes all there is as a snapshot and begins a new journal. What the old one has yet to write is in the snapshot
   * too, so it may finish in its own time.
   */
  private compact(old: Journal): void {
    const dataDir = this.options.dataDir!;
    try {
      draftSnapshot(dataDir, this.generation + 1, this.snapshot());
    } catch (error) {
      // The journal goes on; it only grows longer.
      this.compactAt *= 2;
      this.options.log?.(`the journal could not be compacted: ${(error as Error).message}`);
      return;
    }
    try {
      adoptSnapshot(dataDir, (this.generation += 1));
      this.journal = this.newJournal(dataDir);
      void old.close();
    } catch (error) {
      old.fail(error as Error);
    }
  }

  private write(kind: EntryKind, namespace: string, body: Buffer): void {
    this.journal?.append({ kind, namespace, body });
    this.written += 1;
  }

  private replay({ kind, namespace, body }: Entry): void {
    switch (kind) {
      case 'create':
        this.make(namespace, decodeDoc(body));
        return;
      case 'drop':
        this.collections.delete(namespace);
        return;
      case 'end':
        return;
    }
    const collection = this.collections.get(namespace);
    if (!collection) throw new Error(`the journal speaks of ${namespace} before it was created`);
    const value = decodeDoc(body);
    // A part of what was read: a copy of each would take longer than all the rest.
    if (kind === 'put') collection.restore(value, body);
    else if (kind === 'delete') collection.restoreRemoval(value.get('_id')!);
    else if (kind === 'createIndex') collection.restoreIndex(value);
    else collection.restoreIndexRemoval(value.get('name') as string);
  }

  private *snapshot(): Generator<Entry> {
    for (const [namespace, collection] of this.collections) {
      yield { kind: 'create', namespace, body: encodeDoc(collection.options) };
      for (const { raw } of collection.all()) yield { kind: 'put', namespace, body: raw };
      for (const { spec } of collection.indexes.slice(1))
        yield { kind: 'createIndex', namespace, body: encodeDoc(spec) };
    }
  }

  async close(): Promise<void> {
    await this.journal?.close();
    this.unlock?.();
  }
}
