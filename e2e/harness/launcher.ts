import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPortFree } from '@cartograph/processes';
import { until } from '@cartograph/testing';

const here = fileURLToPath(new URL('../..', import.meta.url));

export interface Launcher {
  readonly child: ChildProcess;
  /** All it has printed. */
  output(): string;
  /** Resolves when the panel is there; throws with the output if it ends before. */
  ready(): Promise<void>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
}

/** Runs what `npm start` runs. @param checkout where: by default here */
export function launch(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  checkout = here,
): Launcher {
  const child = spawn(process.execPath, [join(checkout, 'scripts', 'start.mjs'), ...args], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => output,
    ended: () => ended,
    async ready() {
      let hasEnded = false;
      void ended.then(() => (hasEnded = true));
      // The panel's last line: a pipe may hand over what was written at once in pieces.
      await until(() => hasEnded || /Cartograph is ready[^]*╯/.test(output), {
        timeoutMs: 90_000,
        what: 'the panel',
      });
      if (hasEnded) throw new Error(`It ended instead of getting ready:\n${output}`);
    },
  };
}

/** The first of as many consecutive free ports as a shop needs. */
export async function findFreePorts(count = 7): Promise<number> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 9_000);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isPortFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

/** The ids of all processes that a launcher has started for a data folder. */
export function startedProcesses(dataDir: string): number[] {
  const records = [
    ...readdirSync(join(dataDir, 'run')).map((name) => join(dataDir, 'run', name)),
    ...['postgres', 'redis', 'mongodb'].map((store) => join(dataDir, store, 'process.json')),
  ];
  return records.map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid);
}

/** What runs of a checkout: the command lines that name it. Only on Linux. */
export function processesOf(checkout: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isRunning(Number(name)))
    .flatMap((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(checkout));
}

/** Whether a process runs. A zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== 'linux' || !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    );
  } catch {
    return false;
  }
}
