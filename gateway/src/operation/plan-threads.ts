import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Plans } from './planned.js';
import { type OperationFault, OperationRefused, type RefusalCode } from './document.js';
import type { PlanRules } from './plan-maker.js';

/** A supergraph, by a number of its own. */
export interface PlanVersion {
  readonly version: number;
  readonly sdl: string;
}

export interface PlanQuestion {
  readonly version: number;
  readonly text: string;
  readonly operationName: string | null | undefined;
}

/** What the threads are told. */
export type PlanOrder =
  { readonly load: PlanVersion } | { readonly forget: number } | { readonly plan: PlanQuestion };

/** What a thread answers, and how long it took. */
export type PlanAnswer = { readonly milliseconds: number } & (
  | { readonly plans: Plans }
  | { readonly refused: { readonly code: RefusalCode; readonly errors: readonly OperationFault[] } }
  | { readonly fault: string }
);

export interface PlanThreadsOptions {
  readonly rules: PlanRules;
  /** How long one operation may take to plan, in milliseconds. */
  readonly limitMs: number;
}

/** More operations wait to be planned than can be planned soon. */
export class PlanQueueFull extends Error {
  override readonly name = 'PlanQueueFull';
  /** @param isClient whether it is one client's share of the queue that is full */
  constructor(readonly isClient: boolean) {
    super('Too many new operations are waiting to be planned.');
  }
}

/** When an operation takes longer, a second thread is started, which goes on with others if the first has to be ended. */
const SLOW_MS = 250;
const MAX_THREADS = 2;
/** How long threads keep a version that is no longer served, for what waits to be planned by it. */
const FORGET_MS = 30_000;
/** How long the second thread is kept without work. */
const IDLE_MS = 60_000;
/** New operations of one client that may wait, and of all of them; and the length of their texts together. */
const MAX_WAITING_PER_CLIENT = 100;
const MAX_WAITING = 1_000;
const MAX_WAITING_LENGTH = 8 * 1024 * 1024;
/** A thread that plans one operation after the other keeps no more than its schemas. */
const HEAP_MB = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16 };

interface Job extends PlanQuestion {
  readonly client: string;
  readonly resolve: (answer: PlanAnswer) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  /** Versions that it still has to load before it can plan. */
  loading: number;
  job: Job | undefined;
  startedAt: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Plans in threads of their own, so that an operation that takes the planner seconds, or forever, costs other
 * clients nothing. Clients take turns, and no client has more than one operation planned at a time.
 */
export class PlanThreads {
  readonly #threads = new Set<Thread>();
  /** By client, in the order of their turns. */
  readonly #waiting = new Map<string, Job[]>();
  #count = 0;
  #length = 0;
  readonly #versions = new Map<number, string>();
  #lastVersion = 0;
  #isClosed = false;

  constructor(private readonly options: PlanThreadsOptions) {}

  get limitMs(): number {
    return this.options.limitMs;
  }

  /**
   * Makes a supergraph known to the threads: a new version beside those that are still served, as starting a thread takes
   * longer than loading another supergraph.
   * @returns the version, for questions
   */
  load(sdl: string): number {
    const version = ++this.#lastVersion;
    this.#versions.set(version, sdl);
    for (const thread of this.#threads) {
      thread.loading++;
      thread.worker.postMessage({ load: { version, sdl } } satisfies PlanOrder);
    }
    if (this.#threads.size === 0) this.#start();
    return version;
  }

  /** A version is no longer served. */
  forget(version: number): void {
    setTimeout(() => {
      this.#versions.delete(version);
      for (const { worker } of this.#threads) worker.postMessage({ forget: version } satisfies PlanOrder);
    }, FORGET_MS).unref();
  }

  /**
   * @param client who asks, for taking turns
   * @throws PlanQueueFull; rejects with OperationRefused when the limit is exceeded
   */
  make(question: PlanQuestion, client: string): Promise<PlanAnswer> {
    const own = this.#waiting.get(client);
    const isClient = (own?.length ?? 0) >= MAX_WAITING_PER_CLIENT;
    if (isClient || this.#count >= MAX_WAITING || this.#length + question.text.length > MAX_WAITING_LENGTH)
      throw new PlanQueueFull(isClient);
    return new Promise((resolve, reject) => {
      const job: Job = { ...question, client, resolve, reject };
      if (own) own.push(job);
      else this.#waiting.set(client, [job]);
      this.#count++;
      this.#length += question.text.length;
      this.#next();
    });
  }

  /** Operations that wait or are being planned. */
  get pending(): number {
    return this.#count + [...this.#threads].filter(({ job }) => job).length;
  }

  /** Ends the threads; what waits is not answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const workers = [...this.#threads].map(({ worker }) => worker);
    for (const thread of this.#threads) this.#end(thread);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    for (const thread of this.#threads) {
      if (thread.loading > 0 || thread.job) continue;
      const job = this.#take();
      if (job) this.#give(thread, job);
    }
    if (this.#threads.size === 0 && !this.#isClosed) this.#start();
  }

  /** The next client's first operation; not of a client that another thread plans for. */
  #take(): Job | undefined {
    const busy = new Set([...this.#threads].map(({ job }) => job?.client));
    for (const [client, jobs] of this.#waiting) {
      if (busy.has(client)) continue;
      const job = jobs.shift()!;
      // To the end of the line.
      this.#waiting.delete(client);
      if (jobs.length > 0) this.#waiting.set(client, jobs);
      this.#count--;
      this.#length -= job.text.length;
      return job;
    }
    return undefined;
  }

  #give(thread: Thread, job: Job): void {
    clearTimeout(thread.timer);
    thread.job = job;
    thread.startedAt = performance.now();
    thread.worker.ref();
    const { version, text, operationName } = job;
    thread.worker.postMessage({ plan: { version, text, operationName } } satisfies PlanOrder);
    thread.timer = setTimeout(() => this.#slow(thread), Math.min(SLOW_MS, this.options.limitMs));
  }

  #slow(thread: Thread): void {
    if (this.#threads.size < MAX_THREADS) this.#start();
    const left = this.options.limitMs - (performance.now() - thread.startedAt);
    thread.timer = setTimeout(() => this.#exceeded(thread), Math.max(0, left));
  }

  #exceeded(thread: Thread): void {
    const job = thread.job!;
    this.#end(thread);
    job.reject(
      new OperationRefused('OPERATION_TOO_COMPLEX', [
        {
          message: `The operation took longer to plan than the ${this.options.limitMs} ms that are allowed; ask for less at once.`,
        },
      ]),
    );
    this.#next();
  }

  #answered(thread: Thread, answer: PlanAnswer): void {
    const { job } = thread;
    clearTimeout(thread.timer);
    thread.job = undefined;
    // An idle thread does not keep a process alive.
    thread.worker.unref();
    job?.resolve(answer);
    this.#next();
    if (thread.job || this.#threads.size < MAX_THREADS) return;
    thread.timer = setTimeout(() => this.#threads.size > 1 && this.#end(thread), IDLE_MS);
    thread.timer.unref();
  }

  #start(): void {
    const worker = new Worker(threadFile(), {
      workerData: this.options.rules,
      resourceLimits: HEAP_MB,
      // The process's own options are not all allowed for threads, and none is needed.
      execArgv: [],
    });
    worker.unref();
    const thread: Thread = {
      worker,
      loading: this.#versions.size,
      job: undefined,
      startedAt: 0,
      timer: undefined,
    };
    for (const [version, sdl] of this.#versions)
      worker.postMessage({ load: { version, sdl } } satisfies PlanOrder);
    this.#threads.add(thread);
    worker.on('message', (message: PlanAnswer | 'loaded') => {
      if (message !== 'loaded') return this.#answered(thread, message);
      thread.loading--;
      this.#next();
    });
    const lost = (reason: string): void => {
      if (!this.#threads.delete(thread)) return;
      clearTimeout(thread.timer);
      const { job } = thread;
      if (job)
        // Most likely out of memory: the thread's heap is bounded, and its end is not the process's.
        job.reject(
          new OperationRefused('OPERATION_TOO_COMPLEX', [
            { message: 'The operation took more memory to plan than is allowed; ask for less at once.' },
          ]),
        );
      else if (thread.loading > 0)
        return this.#fail(new Error(`The planning thread did not start: ${reason}`));
      this.#next();
    };
    worker.on('error', (error) => lost(String(error)));
    worker.on('exit', (code) => lost(`it ended with ${code}`));
  }

  /** Without a thread nothing can be planned: waiting requests fail, and the next one starts another thread. */
  #fail(error: Error): void {
    if (this.#threads.size > 0) return;
    const jobs = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    this.#count = 0;
    this.#length = 0;
    for (const job of jobs) job.reject(error);
  }

  #end(thread: Thread): void {
    clearTimeout(thread.timer);
    this.#threads.delete(thread);
    void thread.worker.terminate();
  }
}

/** Threads run the built file, even where this one is run from its source, as in tests. */
function threadFile(): URL {
  const beside = new URL('./plan-thread.js', import.meta.url);
  return existsSync(fileURLToPath(beside))
    ? beside
    : new URL('../../dist/operation/plan-thread.js', import.meta.url);
}
