import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `stack.json` in the data folder: how commands such as `npm run keys` find the shop that runs here. */
export interface StackFile {
  /** The launcher's process. */
  readonly pid: number;
  /** By service: its base URL, and the variables that the stack chose for it. */
  readonly services: Readonly<
    Record<string, { readonly url: string; readonly env: Readonly<Record<string, string>> }>
  >;
}

const fileIn = (dataDir: string) => join(dataDir, 'stack.json');

/** Written whole or not at all, and for its owner alone: it holds passwords. */
export function writeStackFile(dataDir: string, services: StackFile['services']): void {
  const content: StackFile = { pid: process.pid, services };
  const file = fileIn(dataDir);
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeStackFile(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}
