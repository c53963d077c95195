import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { claimFormat } from './format.js';
import { encodeEntry, encodeFrame, type Entry, readFrames } from './frames.js';

const EMPTY = Buffer.from([5, 0, 0, 0, 0]);
/** Snapshots are written in frames of about this size. */
const SNAPSHOT_FRAME = 4 * 1024 * 1024;

const number = (generation: number): string => String(generation).padStart(8, '0');
const snapshotFile = (folder: string, generation: number): string =>
  join(folder, `snapshot-${number(generation)}.db`);
export const journalFile = (folder: string, generation: number): string =>
  join(folder, `journal-${number(generation)}.log`);

/** Makes renames and new files in the folder durable. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export interface Loaded {
  readonly generation: number;
  readonly entries: Iterable<Entry>;
  readonly journal: {
    readonly validBytes: number;
    readonly tornBytes: number;
    readonly lastSequence: number;
  };
}

/**
 * What the data directory holds: the newest snapshot and the journal of the same number.
 * @throws Error where either is damaged, or of a newer format
 */
export function loadFolder(folder: string): Loaded {
  claimFormat(folder);
  const generation = Math.max(0, ...generations(folder, /^snapshot-(\d+)\.db$/));
  const journals = generations(folder, /^journal-(\d+)\.log$/);
  if (journals.some((found) => found > generation))
    throw new Error(
      `${folder} has journal ${Math.max(...journals)} but not the snapshot it belongs to. Restore it from a backup.`,
    );
  const snapshot = generation === 0 ? [] : readSnapshot(snapshotFile(folder, generation));
  const file = journalFile(folder, generation);
  const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const { entries, validBytes, lastSequence } = readFrames(content, file);
  return {
    generation,
    entries: (function* () {
      yield* snapshot;
      yield* entries;
    })(),
    journal: { validBytes, tornBytes: content.length - validBytes, lastSequence },
  };
}

function generations(folder: string, pattern: RegExp): number[] {
  return readdirSync(folder).flatMap((name) => {
    const match = pattern.exec(name);
    return match ? [Number(match[1])] : [];
  });
}

function readSnapshot(file: string): Entry[] {
  const content = readFileSync(file);
  const { entries, validBytes } = readFrames(content, file);
  if (validBytes !== content.length || entries.at(-1)?.kind !== 'end')
    throw new Error(
      `${file} is damaged: it ends early. Restore it from a backup, or move the data directory elsewhere to start empty.`,
    );
  return entries.slice(0, -1);
}

const draftFile = (folder: string, generation: number): string => `${snapshotFile(folder, generation)}.tmp`;

/** Writes a snapshot beside the current one. It is not used before it is renamed. */
export function draftSnapshot(folder: string, generation: number, entries: Iterable<Entry>): void {
  const descriptor = openSync(draftFile(folder, generation), 'w', 0o600);
  try {
    let sequence = 0;
    let batch: Buffer[] = [];
    let size = 0;
    const flush = (): void => {
      writeFully(descriptor, encodeFrame((sequence += 1), batch));
      batch = [];
      size = 0;
    };
    for (const entry of entries) {
      const encoded = encodeEntry(entry);
      batch.push(encoded);
      size += encoded.length;
      if (size >= SNAPSHOT_FRAME) flush();
    }
    batch.push(encodeEntry({ kind: 'end', namespace: '', body: EMPTY }));
    flush();
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Makes the draft the snapshot that counts, with an empty journal; older files go last. From the rename on the old
 * journal counts no more: should this throw, nothing may be written to it.
 */
export function adoptSnapshot(folder: string, generation: number): void {
  renameSync(draftFile(folder, generation), snapshotFile(folder, generation));
  closeSync(openSync(journalFile(folder, generation), 'a', 0o600));
  syncFolder(folder);
  for (const name of readdirSync(folder)) {
    const match = /^(?:snapshot|journal)-(\d+)\.(?:db|log)(\.tmp)?$/.exec(name);
    if (match && (Number(match[1]) < generation || match[2])) rmSync(join(folder, name));
  }
}

function writeFully(descriptor: number, buffer: Buffer): void {
  for (let at = 0; at < buffer.length;) at += writeSync(descriptor, buffer, at);
}
