import { keyOf } from '../bson/compare.js';
import { encodeDoc } from '../bson/encode.js';
import { doc, type Doc, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';
import type { EntryKind } from './frames.js';
import { Index } from './index.js';
import type { Stored } from './stored.js';

export type { Stored } from './stored.js';

export const MAX_DOCUMENT = 16 * 1024 * 1024;

export type Log = (kind: EntryKind, body: Buffer) => void;

export class Collection {
  /** All but the one on `_id`, which is the map below. */
  private readonly secondary: Index[] = [];
  private readonly idIndex = new Index(doc({ v: 2, key: doc({ _id: 1 }), name: '_id_' }));
  private readonly byId = new Map<string, Stored>();

  constructor(
    readonly namespace: string,
    readonly options: Doc,
    private readonly log: Log,
  ) {}

  get indexes(): readonly Index[] {
    return [this.idIndex, ...this.secondary];
  }

  get size(): number {
    return this.byId.size;
  }

  get bytes(): number {
    let total = 0;
    for (const { raw } of this.byId.values()) total += raw.length;
    return total;
  }

  all(): IterableIterator<Stored> {
    return this.byId.values();
  }

  findById(id: Value): Stored | undefined {
    return this.byId.get(keyOf(id));
  }

  /** @throws MongoError `DuplicateKey`, `BSONObjectTooLarge` */
  insert(value: Doc): Stored {
    const raw = encodeDoc(value);
    if (raw.length > MAX_DOCUMENT)
      throw new MongoError(
        'BSONObjectTooLarge',
        `object to insert too large. size in bytes: ${raw.length}, max size: ${MAX_DOCUMENT}`,
      );
    for (const index of this.secondary) index.check(value, undefined, this.namespace);
    const key = keyOf(value.get('_id'));
    if (this.byId.has(key)) throw this.idIndex.duplicate([value.get('_id')!], this.namespace);
    const stored: Stored = { doc: value, raw };
    this.log('put', raw);
    this.place(key, stored);
    return stored;
  }

  /** Whether the content changed. @throws MongoError `DuplicateKey`, `BSONObjectTooLarge` */
  replace(stored: Stored, value: Doc): boolean {
    const raw = encodeDoc(value);
    if (raw.equals(stored.raw)) return false;
    if (raw.length > MAX_DOCUMENT)
      throw new MongoError(
        'BSONObjectTooLarge',
        `Resulting document after update is larger than ${MAX_DOCUMENT}`,
      );
    for (const index of this.secondary) index.check(value, stored, this.namespace);
    this.log('put', raw);
    this.exchange(stored, value, raw);
    return true;
  }

  remove(stored: Stored): void {
    const id = stored.doc.get('_id')!;
    this.log('delete', encodeDoc(doc({ _id: id })));
    this.displace(stored);
  }

  private place(key: string, stored: Stored): void {
    this.byId.set(key, stored);
    for (const index of this.secondary) index.add(stored);
  }

  private exchange(stored: Stored, value: Doc, raw: Buffer): void {
    const moved = this.secondary.filter((index) => !index.areAlike(stored.doc, value));
    for (const index of moved) index.remove(stored);
    stored.doc = value;
    stored.raw = raw;
    for (const index of moved) index.add(stored);
  }

  private displace(stored: Stored): void {
    this.byId.delete(keyOf(stored.doc.get('_id')));
    for (const index of this.secondary) index.remove(stored);
  }

  /** Puts a document back from disk, where it was checked already. */
  restore(value: Doc, raw: Buffer): void {
    const key = keyOf(value.get('_id'));
    const known = this.byId.get(key);
    if (!known) {
      this.place(key, { doc: value, raw });
      return;
    }
    this.exchange(known, value, raw);
  }

  restoreRemoval(id: Value): void {
    const stored = this.findById(id);
    if (stored) this.displace(stored);
  }

  /** @throws MongoError `DuplicateKey` where the documents already break a unique index */
  createIndex(spec: Doc): void {
    const index = this.restoreIndex(spec, false);
    this.log('createIndex', encodeDoc(spec));
    this.secondary.push(index);
  }

  /** Builds the index over the documents. `trusted`: they come from disk and were checked before. */
  restoreIndex(spec: Doc, trusted = true): Index {
    const index = new Index(spec);
    if (trusted) {
      index.fill(this.byId.values());
      this.secondary.push(index);
      return index;
    }
    for (const stored of this.byId.values()) {
      index.check(stored.doc, undefined, this.namespace);
      index.add(stored);
    }
    return index;
  }

  /** Gives an index a description with the same keys. The journal knows no such entry: there it is dropped and created. */
  changeIndex(index: Index, spec: Doc): void {
    this.log('dropIndex', encodeDoc(doc({ name: index.name })));
    this.log('createIndex', encodeDoc(spec));
    index.spec = spec;
  }

  dropIndex(name: string): void {
    this.log('dropIndex', encodeDoc(doc({ name })));
    this.restoreIndexRemoval(name);
  }

  restoreIndexRemoval(name: string): void {
    const at = this.secondary.findIndex((index) => index.name === name);
    if (at >= 0) this.secondary.splice(at, 1);
  }
}
