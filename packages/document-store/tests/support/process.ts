import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The built program: TypeScript is not understood outside jest. */
export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface StoreProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals | null>;
}

/** Starts a program that prints `{"url"}` when it is ready. @throws Error with what it said instead */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<StoreProcess> {
  if (!existsSync(program)) throw new Error('Run `npm run build` before jest (npm test does).');
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const exited = once(child, 'exit').then(
    ([code, signal]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  let complaint = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const line = await Promise.race([
    once(createInterface(child.stdout!), 'line').then(([text]) => String(text)),
    exited.then(() => undefined),
  ]);
  if (line === undefined) throw new Error(complaint || 'the store ended without printing anything');
  return { ...(JSON.parse(line) as { url: string }), child, exited };
}

export const startStore = (dataDir: string, ...args: string[]): Promise<StoreProcess> =>
  startProcess(process.execPath, [program, '--data-dir', dataDir, ...args]);
