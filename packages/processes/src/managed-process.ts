import type { ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { endRecordedProcess, recordProcess } from './identity.js';
import type { StopSignal } from './guarded.js';

export interface ProcessSpec {
  readonly name: string;
  /** Called before every start, to remove what would prevent it. */
  beforeStart?(): Promise<void>;
  /** Starts the program; called again for every restart. */
  spawn(): ChildProcess;
  /** Resolves when the program serves. `output` is what it has printed since it was started. */
  ready(child: ChildProcess, output: () => string): Promise<void>;
  /** What the command line of this program always contains: proof that an old process id is still it. */
  readonly program: string;
  /** Where the process id is noted for the launcher that comes after a crash. */
  readonly recordFile: string;
  readonly stopSignal: StopSignal;
  readonly stopPatienceMs?: number;
  readonly readyPatienceMs?: number;
  readonly logFile?: string;
  /** Receives the output as it is printed. */
  onOutput?(text: string): void;
}

export interface ManagedProcess {
  readonly name: string;
  /** The process id, or undefined while it does not run. */
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** Asks the program to end and waits for it; by force after its patience. */
  stop(): Promise<void>;
  /** kill -9, as a crash would. Resolves when the process is gone. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** What the program printed most recently (up to 256 kB). */
  logs(): string;
  /** Called when the program ends unexpectedly, with how it ended. */
  onCrash(listener: (how: string) => void): void;
}

type State =
  | { readonly phase: 'stopped' }
  | {
      readonly phase: 'starting' | 'running' | 'stopping';
      readonly child: ChildProcess;
      readonly ended: Promise<string>;
    };

/** A store that holds much, or recovers from a crash, may take minutes on a busy machine; one that hangs takes for ever. */
const READY_PATIENCE_MS = 300_000;
const keptOutput = 256 * 1024;

/** Gives a program the life of a service: start and wait for readiness, stop, crash, restart. */
export function manageProcess(spec: ProcessSpec): ManagedProcess {
  let state: State = { phase: 'stopped' };
  let output = '';
  const crashListeners: ((how: string) => void)[] = [];

  function capture(child: ChildProcess): void {
    output = '';
    if (spec.logFile) mkdirSync(dirname(spec.logFile), { recursive: true });
    const file = spec.logFile ? createWriteStream(spec.logFile, { flags: 'a' }) : undefined;
    const take = (chunk: Buffer) => {
      const text = chunk.toString();
      output = (output + text).slice(-keptOutput);
      file?.write(chunk);
      spec.onOutput?.(text);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('close', () => file?.end());
  }

  function failure(what: string): Error {
    const tail = output.trimEnd().split('\n').slice(-15).join('\n');
    return new Error(`${spec.name} ${what}.${tail ? ` It printed:\n${tail}` : ' It printed nothing.'}`);
  }

  async function start(): Promise<void> {
    if (state.phase !== 'stopped') throw new Error(`${spec.name} is ${state.phase} already.`);
    await endRecordedProcess(spec.recordFile, spec.program, spec.stopSignal);
    await spec.beforeStart?.();
    const child = spec.spawn();
    capture(child);
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      // `close`, not `exit`: the last words have been read by then.
      child.once('close', (code, signal) =>
        resolve(signal ? `was ended by ${signal}` : `ended with exit code ${code}`),
      );
    });
    state = { phase: 'starting', child, ended };
    void ended.then((how) => {
      const crashed = state.phase === 'running';
      state = { phase: 'stopped' };
      if (crashed) for (const listener of crashListeners) listener(how);
    });
    if (child.pid !== undefined) recordProcess(spec.recordFile, child.pid);

    const patience = spec.readyPatienceMs ?? READY_PATIENCE_MS;
    let timer: NodeJS.Timeout | undefined;
    const outcome = await Promise.race([
      spec
        .ready(child, () => output)
        .then(
          () => 'ready' as const,
          (error: unknown) => error as Error,
        ),
      ended.then((how) => failure(how)),
      new Promise<Error>((resolve) => {
        timer = setTimeout(() => resolve(failure(`was not ready after ${patience / 1000} s`)), patience);
      }),
    ]);
    clearTimeout(timer);
    if (outcome !== 'ready') {
      await end('SIGKILL');
      throw outcome;
    }
    if (isStopped()) throw failure('ended just after it was ready');
    state = { phase: 'running', child, ended };
  }

  const isStopped = () => state.phase === 'stopped';

  async function end(signal: StopSignal): Promise<void> {
    if (state.phase === 'stopped') return;
    const { child, ended } = state;
    state = { phase: 'stopping', child, ended };
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), spec.stopPatienceMs ?? 10_000);
    await ended;
    clearTimeout(force);
  }

  return {
    name: spec.name,
    get pid() {
      return state.phase === 'stopped' ? undefined : state.child.pid;
    },
    start,
    stop: () => end(spec.stopSignal),
    kill: () => end('SIGKILL'),
    async restart() {
      await end(spec.stopSignal);
      await start();
    },
    logs: () => output,
    onCrash(listener) {
      crashListeners.push(listener);
    },
  };
}

/** A `ready` for programs that announce themselves: resolves once the output matches. */
export function whenPrinted(pattern: RegExp) {
  return (child: ChildProcess, output: () => string) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (pattern.test(output())) resolve();
      };
      child.stdout?.on('data', check);
      child.stderr?.on('data', check);
    });
}
