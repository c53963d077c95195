import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { encodeEntry, encodeFrame, type Entry } from './frames.js';

const writeAsync = promisify(write);
const syncAsync = promisify(fdatasync);

const SMALL_FRAME = 256 * 1024;

/**
 * Appends to the journal with group commit: while one frame is being written and synced, all that is appended
 * gathers for the next, so that however many writes wait, each waits for at most two syncs.
 */
export class Journal {
  /** How much is in the file. */
  bytes = 0;
  private sequence = 0;
  private readonly descriptor: number;
  private pending: Buffer[] = [];
  private next: Deferred | undefined;
  private running: Promise<void> | undefined;
  private failure: Error | undefined;
  private isClosed = false;

  /** Starts an empty journal; what the file holds is taken to be part of a snapshot, or torn. */
  constructor(
    readonly file: string,
    private readonly onFailure: (error: Error) => void,
  ) {
    this.descriptor = openSync(file, 'a+', 0o600);
    ftruncateSync(this.descriptor, 0);
    fsyncSync(this.descriptor);
  }

  append(entry: Entry): void {
    if (this.failure) throw this.failure;
    this.pending.push(encodeEntry(entry));
  }

  /** Resolves once all that was appended so far is on disk. @throws the error that keeps the journal from being written */
  flushed(): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.pending.length === 0) return this.running ?? Promise.resolve();
    if (!this.next) {
      this.next = defer();
      if (!this.running) setImmediate(() => void this.run());
    }
    return this.next.promise;
  }

  private async run(): Promise<void> {
    if (this.running) return;
    while (this.next && !this.failure) {
      const waiting = this.next;
      this.next = undefined;
      this.running = waiting.promise;
      const frame = encodeFrame((this.sequence += 1), this.pending);
      this.pending = [];
      try {
        await this.writeAll(frame);
        await syncAsync(this.descriptor);
        this.bytes += frame.length;
        waiting.resolve();
      } catch (error) {
        this.fail(error as Error);
        waiting.reject(this.failure!);
      }
      this.running = undefined;
    }
    const left = this.next as Deferred | undefined;
    if (left && this.failure) left.reject(this.failure);
    if (this.isClosed) closeSync(this.descriptor);
  }

  private async writeAll(frame: Buffer): Promise<void> {
    // Copying little into the page cache takes less than the way to another thread and back; the sync is what takes time.
    if (frame.length <= SMALL_FRAME) {
      for (let at = 0; at < frame.length;) at += writeSync(this.descriptor, frame, at);
      return;
    }
    for (let at = 0; at < frame.length;) {
      const { bytesWritten } = await writeAsync(this.descriptor, frame, at, frame.length - at, null);
      at += bytesWritten;
    }
  }

  /** After a failed write, the content of the disk is unknown, so nothing more is acknowledged. */
  fail(error: Error): void {
    if (this.failure) return;
    this.failure = new Error(`the journal ${this.file} cannot be written: ${error.message}`);
    this.onFailure(this.failure);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    await this.flushed().catch(() => undefined);
    this.isClosed = true;
    if (!this.running) closeSync(this.descriptor);
  }
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

function defer(): Deferred {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // The client may have disconnected before its write is on disk; the failure is reported through onFailure.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
