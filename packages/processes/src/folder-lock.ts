import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess, recordedProcess } from './identity.js';

/** Another process uses the folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly pid: number;

  constructor(folder: string, pid: number, command: string) {
    super(
      `${folder} is in use by process ${pid} (${command}). ` +
        `Stop that one first (Ctrl-C in its terminal, or: kill ${pid}), or choose another data folder.`,
    );
    this.pid = pid;
  }
}

/**
 * Takes a data folder for this process, or throws FolderInUseError. A lock left by a dead process is
 * taken over. Returns the function that releases the folder.
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = join(folder, 'lock');
  const mine = `${lock}.${process.pid}`;
  const identity = identifyProcess(process.pid);
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: identity?.started }));
  try {
    for (;;) {
      if (linkOnce(mine, lock)) break;
      const holder = recordedProcess(lock);
      if (holder) throw new FolderInUseError(folder, holder.pid, holder.command);
      discardStale(lock);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (recordedProcess(lock)?.pid === process.pid) rmSync(lock, { force: true });
  };
}

/** `link` either makes the whole lock file appear or fails: no reader ever sees half of it. */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock aside; if that was another launcher's new lock, puts it back. */
function discardStale(lock: string): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (recordedProcess(aside)) linkOnce(aside, lock);
  rmSync(aside, { force: true });
}
