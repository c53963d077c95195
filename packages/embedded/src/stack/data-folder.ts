import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** All that a stack puts into its data folder, but for the lock and fetched programs. */
const kept = ['postgres', 'redis', 'mongodb', 'mail', 'logs', 'run', 'stack.json', 'secrets.json'];

/**
 * Deletes what earlier stacks kept in a data folder.
 * @throws when the folder holds something but no stack's secrets: then it is somebody else's
 */
export async function startAfresh(dataDir: string): Promise<void> {
  const present = await readdir(dataDir);
  if (!present.some((name) => kept.includes(name))) return;
  if (!present.includes('secrets.json')) {
    throw new Error(
      `${dataDir} does not look like a data folder of Cartograph (no secrets.json), so nothing in it is deleted.`,
    );
  }
  for (const name of kept) await rm(join(dataDir, name), { recursive: true, force: true });
}

/** The last start's logs stay beside the new ones, as `<name>.previous.log`: what led to a crash is often in there. */
export function keepPreviousLogs(logDir: string, names: readonly string[]): void {
  mkdirSync(logDir, { recursive: true });
  for (const name of names) {
    const file = join(logDir, `${name}.log`);
    if (existsSync(file)) renameSync(file, join(logDir, `${name}.previous.log`));
  }
}
