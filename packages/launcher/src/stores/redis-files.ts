import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { isNewerRelease, type Engine } from './written-by.js';

/** How a file in Redis' snapshot format (RDB) begins; append-only files may begin with one too. */
interface SnapshotHeader {
  readonly magic: 'REDIS' | 'VALKEY';
  readonly format: number;
  /** Who wrote it, as the file itself says. */
  readonly writer: Engine;
}

/** The snapshots that redis-server would read from a data folder when it starts. */
export function readSnapshotHeaders(folder: string): SnapshotHeader[] {
  const logs = join(folder, 'appendonlydir');
  const files = existsSync(logs)
    ? readdirSync(logs).map((name) => join(logs, name))
    : // Until 6.2 there was one log, and without a log there may be a snapshot.
      ['appendonly.aof', 'dump.rdb'].map((name) => join(folder, name)).filter(existsSync);
  return files.flatMap((file) => readHeader(file) ?? []);
}

function readHeader(file: string): SnapshotHeader | undefined {
  const start = Buffer.alloc(512);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, start, 0, start.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const text = start.toString('latin1');
  const [, magic, digits] = /^(REDIS|VALKEY)(\d{3,4})/.exec(text) ?? [];
  if ((magic !== 'REDIS' && magic !== 'VALKEY') || digits === undefined) return undefined;
  const version = fieldOf(text, 'valkey-ver') ?? fieldOf(text, 'redis-ver');
  const name = magic === 'VALKEY' || text.includes('valkey-ver') ? 'Valkey' : 'Redis';
  return {
    magic,
    format: Number(digits),
    writer: { name, version: version ?? `with snapshots of format ${digits}` },
  };
}

/** A field that the writer says something of itself in: its name, one byte for the length, the value. */
function fieldOf(text: string, name: string): string | undefined {
  const at = text.indexOf(name) + name.length;
  if (at < name.length) return undefined;
  return text.slice(at + 1, at + 1 + text.charCodeAt(at));
}

/** Which formats a release reads. Of releases newer than Redis 8.0 and Valkey 9.1 it is not known: they say themselves. */
export function canRead({ magic, format, writer }: SnapshotHeader, present: Engine): boolean {
  if (writer.name === present.name && /^\d/.test(writer.version))
    return !isNewerRelease(writer.version, present.version);
  const isAtLeast = (release: string) => !isNewerRelease(release, present.version);
  if (present.name === 'Valkey') return magic === 'VALKEY' ? isAtLeast('9.0') : format <= 11;
  if (magic === 'VALKEY') return false;
  return format <= (isAtLeast('7.4') ? 12 : isAtLeast('7.2') ? 11 : isAtLeast('7.0') ? 10 : 9);
}
