/**
 * The format of journal and snapshot: frames of `magic, payload length, sequence number, CRC-32, payload`. One frame
 * is what one fsync made durable, so that a frame is there whole or it was never acknowledged.
 */
import { crc32 } from 'node:zlib';

const MAGIC = 0x4a504743;
const HEADER = 20;

export type EntryKind = (typeof kinds)[number];
/** Their position is their number on disk: only ever append. */
const kinds = ['put', 'delete', 'create', 'drop', 'createIndex', 'dropIndex', 'end'] as const;

export interface Entry {
  readonly kind: EntryKind;
  readonly namespace: string;
  /** A BSON document: the document to put, `{ _id }`, collection options, an index description, `{ name }`. */
  readonly body: Buffer;
}

export function encodeEntry({ kind, namespace, body }: Entry): Buffer {
  const name = Buffer.from(namespace);
  const result = Buffer.allocUnsafe(7 + name.length + body.length);
  result[0] = kinds.indexOf(kind);
  result.writeUInt16LE(name.length, 1);
  name.copy(result, 3);
  result.writeUInt32LE(body.length, 3 + name.length);
  body.copy(result, 7 + name.length);
  return result;
}

function* decodeEntries(payload: Buffer): Generator<Entry> {
  for (let at = 0; at < payload.length;) {
    const kind = kinds[payload[at]!];
    const nameEnd = at + 3 + payload.readUInt16LE(at + 1);
    const bodyEnd = nameEnd + 4 + payload.readUInt32LE(nameEnd);
    if (!kind || bodyEnd > payload.length) throw new Error('an entry does not fit its frame');
    yield {
      kind,
      namespace: payload.toString('utf8', at + 3, nameEnd),
      body: payload.subarray(nameEnd + 4, bodyEnd),
    };
    at = bodyEnd;
  }
}

export function encodeFrame(sequence: number, entries: readonly Buffer[]): Buffer {
  const length = entries.reduce((total, entry) => total + entry.length, 0);
  const header = Buffer.alloc(HEADER);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(length, 4);
  header.writeBigUInt64LE(BigInt(sequence), 8);
  const frame = Buffer.concat([header, ...entries], HEADER + length);
  frame.writeUInt32LE(checksum(frame, 0, HEADER + length), 16);
  return frame;
}

const checksum = (buffer: Buffer, start: number, end: number): number =>
  crc32(buffer.subarray(start + HEADER, end), crc32(buffer.subarray(start + 4, start + 16)));

/** The end of the valid frame at `start`, or -1. */
function validEnd(buffer: Buffer, start: number): number {
  if (start + HEADER > buffer.length || buffer.readUInt32LE(start) !== MAGIC) return -1;
  const end = start + HEADER + buffer.readUInt32LE(start + 4);
  if (end > buffer.length || checksum(buffer, start, end) !== buffer.readUInt32LE(start + 16)) return -1;
  return end;
}

export interface Frames {
  readonly entries: Entry[];
  /** How far the file is good; less than its size when its last frame is torn. */
  readonly validBytes: number;
  readonly lastSequence: number;
}

/**
 * Reads all frames. What follows the last good frame is a write that was cut off, unless a good frame comes after it:
 * then acknowledged data is damaged, and it is better not to start than to go on without it.
 * @throws Error naming the file and the damaged position
 */
export function readFrames(buffer: Buffer, file: string): Frames {
  const entries: Entry[] = [];
  let at = 0;
  let lastSequence = 0;
  while (at < buffer.length) {
    const end = validEnd(buffer, at);
    if (end < 0) break;
    const sequence = Number(buffer.readBigUInt64LE(at + 8));
    if (lastSequence !== 0 && sequence !== lastSequence + 1)
      throw new Error(
        `${file} is damaged: at byte ${at} frame ${sequence} follows frame ${lastSequence}. ${advice}`,
      );
    for (const entry of decodeEntries(buffer.subarray(at + HEADER, end))) entries.push(entry);
    lastSequence = sequence;
    at = end;
  }
  if (at < buffer.length) refuseDamage(buffer, at, file);
  return { entries, validBytes: at, lastSequence };
}

const advice = 'Restore it from a backup, or move the data directory elsewhere to start empty.';

function refuseDamage(buffer: Buffer, damagedAt: number, file: string): void {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  for (let at = buffer.indexOf(magic, damagedAt + 1); at >= 0; at = buffer.indexOf(magic, at + 1))
    if (validEnd(buffer, at) >= 0)
      throw new Error(
        `${file} is damaged at byte ${damagedAt}, with good data after it from byte ${at} on. ${advice}`,
      );
}
