import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What serves a store, such as `{ name: 'Redis', version: '8.0.6' }`. */
export interface Engine {
  readonly name: string;
  readonly version: string;
}

/** Data that the engine at hand cannot be trusted to read: starting it could lose some, or fail without a reason. */
export class NewerDataError extends Error {
  override readonly name = 'NewerDataError';
}

const fileIn = (folder: string) => join(folder, 'written-by.json');

/** Which engine served a data folder last; undefined where none noted it, as before December 2026. */
export function readWriter(folder: string): Engine | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(fileIn(folder), 'utf8')) as Partial<Engine>;
    return typeof name === 'string' && typeof version === 'string' ? { name, version } : undefined;
  } catch {
    return undefined;
  }
}

/** Notes that this engine serves the folder now. Call it when the engine serves, before anything is written to the store. */
export function noteWriter(folder: string, { name, version }: Engine): void {
  const file = fileIn(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify({ name, version })}\n`);
  renameSync(`${file}.new`, file);
}

/** Whether `written` is of a newer release; what comes after the second number changes no format. */
export function isNewerRelease(written: string, present: string): boolean {
  const [major = 0, minor = 0] = numbers(written);
  const [presentMajor = 0, presentMinor = 0] = numbers(present);
  return major > presentMajor || (major === presentMajor && minor > presentMinor);
}

const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);

/**
 * @param remedy what to do besides moving the folder, as a sentence
 * @returns the error that refuses a folder
 */
export function newerData(options: {
  readonly folder: string;
  readonly writer: Engine;
  readonly present: Engine;
  readonly remedy: string;
}): NewerDataError {
  const { folder, writer, present, remedy } = options;
  return new NewerDataError(
    `The data in ${folder} was written by ${writer.name} ${writer.version}, which ${present.name} ${present.version} cannot read. ` +
      `${remedy} Or move the folder elsewhere to start without its data.`,
  );
}
