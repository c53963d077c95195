import { randomBytes } from 'node:crypto';
import { encodeDoc } from '../bson/encode.js';
import { doc, type Doc, Raw, type Value } from '../bson/types.js';
import { MongoError } from '../errors.js';

const FIRST_BATCH = 101;
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** As long as mongod keeps an idle cursor. */
const IDLE_MILLISECONDS = 10 * 60_000;

interface Cursor {
  readonly namespace: string;
  /** Fixed when the cursor was opened: later writes do not show. */
  readonly items: readonly Value[] | readonly Buffer[];
  readonly encode: (item: never) => Buffer;
  position: number;
  usedAt: number;
}

export class Cursors {
  private readonly open = new Map<bigint, Cursor>();

  get size(): number {
    return this.open.size;
  }

  /** The reply to a command that opens a cursor. `encode` is called only for documents that are sent. */
  reply<T>(
    namespace: string,
    items: readonly T[],
    encode: (item: T) => Buffer,
    options: { batchSize?: number | undefined; singleBatch?: boolean },
  ): Doc {
    const cursor = { namespace, items, encode, position: 0, usedAt: Date.now() } as unknown as Cursor;
    const batch = takeBatch(cursor, options.batchSize ?? FIRST_BATCH);
    let id = 0n;
    if (cursor.position < items.length && !options.singleBatch) {
      this.closeIdle();
      do id = randomBytes(8).readBigInt64LE() & 0x7fffffffffffffffn;
      while (id === 0n || this.open.has(id));
      this.open.set(id, cursor);
    }
    return doc({ cursor: doc({ firstBatch: batch, id, ns: namespace }) });
  }

  /** @throws MongoError `CursorNotFound` */
  more(id: bigint, namespace: string, batchSize: number | undefined): Doc {
    const cursor = this.open.get(id);
    if (!cursor) throw new MongoError('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.namespace !== namespace)
      throw new MongoError(
        'Unauthorized',
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    cursor.usedAt = Date.now();
    const nextBatch = takeBatch(cursor, batchSize || Infinity);
    const isDone = cursor.position >= cursor.items.length;
    if (isDone) this.open.delete(id);
    return doc({ cursor: doc({ nextBatch, id: isDone ? 0n : id, ns: namespace }) });
  }

  kill(id: bigint): boolean {
    return this.open.delete(id);
  }

  private closeIdle(): void {
    const before = Date.now() - IDLE_MILLISECONDS;
    for (const [id, { usedAt }] of this.open) if (usedAt < before) this.open.delete(id);
  }
}

function takeBatch(cursor: Cursor, size: number): Value[] {
  const batch: Raw[] = [];
  let bytes = 0;
  while (cursor.position < cursor.items.length && batch.length < size) {
    const encoded = cursor.encode(cursor.items[cursor.position] as never);
    if (batch.length > 0 && bytes + encoded.length > MAX_BATCH_BYTES) break;
    batch.push(new Raw(encoded));
    bytes += encoded.length;
    cursor.position += 1;
  }
  // Only the encoder sees these.
  return batch as unknown as Value[];
}

export const encodeItem = (item: Doc): Buffer => encodeDoc(item);
