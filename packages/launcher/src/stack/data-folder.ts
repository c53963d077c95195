import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that a stack writes to its data folder, except the lock and fetched programs. */
const kept = [
  'postgres',
  'redis',
  'mongodb',
  'mail',
  'logs',
  'run',
  'stack.json',
  'secrets.json',
  'format.json',
];

/** How `secrets.json`, `stack.json` and the folders are laid out: one more for each change that an earlier version would misread. */
const FORMAT = 1;

/**
 * Notes in a data folder how it is laid out. One without a note is of format 1, which was the first.
 * @throws Error where a newer version has written there
 */
export function claimDataFolder(dataDir: string): void {
  const file = join(dataDir, 'format.json');
  let format: unknown = FORMAT;
  if (existsSync(file)) {
    try {
      ({ format } = JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown });
    } catch (error) {
      throw new Error(`${file} should be {"format":${FORMAT}}, but is not JSON. Restore it from a backup.`, {
        cause: error,
      });
    }
  }
  if (format === FORMAT) {
    if (!existsSync(file)) writeFileSync(file, `${JSON.stringify({ format })}\n`);
    return;
  }
  throw new Error(
    `The data folder ${dataDir} was written by a newer version of Cartograph, in format ${JSON.stringify(format)}; this version ` +
      `reads format ${FORMAT}. Run the version that wrote it, name another folder with --data, or start with --fresh, which deletes it.`,
  );
}

/**
 * Deletes what earlier stacks kept in a data folder.
 * @throws when the folder holds something but no stack's secrets: then it belongs to another program
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
