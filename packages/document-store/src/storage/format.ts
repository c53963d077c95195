import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The format of journal and snapshot (`frames.ts`): one more for each change that an earlier version would misread. */
export const STORAGE_FORMAT = 1;

/**
 * Notes the format in the data directory. One without a note is of format 1, which was the first.
 * @throws Error where a newer version has written there
 */
export function claimFormat(folder: string): void {
  const file = join(folder, 'format.json');
  const found = existsSync(file) ? readFormat(file) : 0;
  if (found > STORAGE_FORMAT)
    throw new Error(
      `The data in ${folder} was written by a newer version of the document store, in format ${found}; ` +
        `this version reads format ${STORAGE_FORMAT}. Run the version of Cartograph that wrote it. ` +
        'Or move the folder elsewhere to start without its data.',
    );
  if (found === STORAGE_FORMAT) return;
  writeFileSync(`${file}.new`, `${JSON.stringify({ format: STORAGE_FORMAT })}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function readFormat(file: string): number {
  const text = readFileSync(file, 'utf8');
  try {
    const { format } = JSON.parse(text) as { format?: unknown };
    if (typeof format === 'number' && Number.isInteger(format) && format > 0) return format;
  } catch {
    // The same advice as for anything else that is no format.
  }
  throw new Error(
    `${file} should be {"format":${STORAGE_FORMAT}}, but is ${text.trim().slice(0, 100) || 'empty'}. Restore it from a backup.`,
  );
}
