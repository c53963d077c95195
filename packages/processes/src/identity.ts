import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StopSignal } from './guarded.js';

/** What identifies a running process. Its id alone is not enough: ids are reused. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; only ever compared for equality. */
  readonly started: string;
  /** Its command line, arguments separated by spaces. */
  readonly command: string;
}

/** The process that has an id now; undefined if there is none. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  return existsSync('/proc/self/stat') ? identifyByProc(pid) : identifyByPs(pid);
}

function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything, brackets too.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, started] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || started === undefined) return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, started, command };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const line = stdout.trim();
  // `lstart` is always 24 characters: "Mon Jan  2 15:04:05 2006".
  return status === 0 && line !== ''
    ? { pid, started: line.slice(0, 24), command: line.slice(24).trim() }
    : undefined;
}

/** Ids of the processes whose working directory is this one. Only Linux tells; elsewhere none. */
export function processesIn(directory: string): number[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readlinkSync(`/proc/${name}/cwd`) === directory;
      } catch {
        return false;
      }
    })
    .map(Number);
}

interface ProcessRecord {
  readonly pid: number;
  readonly started: string;
}

/** Notes which process serves a folder, for the launcher that comes after a crash. */
export function recordProcess(file: string, pid: number): void {
  const identity = identifyProcess(pid);
  if (!identity) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ pid, started: identity.started } satisfies ProcessRecord));
}

/** The process that a record names, if it is the same process and still runs. */
export function recordedProcess(file: string): ProcessIdentity | undefined {
  try {
    const { pid, started } = JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord;
    const identity = identifyProcess(pid);
    return identity?.started === started ? identity : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the process that a record names, if it still runs and its command line says it is `program`. */
export async function endRecordedProcess(file: string, program: string, signal: StopSignal): Promise<void> {
  const orphan = recordedProcess(file);
  if (orphan?.command.includes(program)) await endProcess(orphan, signal);
  rmSync(file, { force: true });
}

/** Asks a process to end, and after `patienceMs` ends it by force. Returns once it is gone. */
export async function endProcess(
  target: ProcessIdentity,
  signal: StopSignal,
  patienceMs = 10_000,
): Promise<void> {
  const isGone = () => identifyProcess(target.pid)?.started !== target.started;
  for (const attempt of [signal, 'SIGKILL'] as const) {
    signalQuietly(target.pid, attempt);
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(20))
      if (isGone()) return;
  }
  throw new Error(`Process ${target.pid} (${target.command}) does not end; end it by hand and start again.`);
}

function signalQuietly(pid: number, signal: StopSignal): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}
