import type { ResponseError } from '../json/response-error.js';
import { BoundedQueue } from './bounded-queue.js';
import { overflow } from './overflow.js';

/** Where one client's events go: a WebSocket, an SSE response, a multipart response. */
export interface StreamSink {
  /** One event: the text of a whole GraphQL result. */
  next(text: string): void;
  /** The stream ended with errors; nothing follows. */
  error(errors: readonly ResponseError[]): void;
  complete(): void;
  /** Whether the client reads slower than we write; `drained` is called when it has caught up. */
  isBlocked(): boolean;
  drained?: () => void;
}

/** One client of a stream, with the queue it needs while it reads slowly. */
export class Member {
  readonly #queue: BoundedQueue<{ readonly text: string; readonly cursor: string | undefined }>;
  #isOver = false;
  #end: (() => void) | undefined;
  #cursor: string | undefined;

  constructor(
    readonly sink: StreamSink,
    limit: number,
    private readonly left: () => void,
  ) {
    this.#queue = new BoundedQueue(limit);
    sink.drained = () => this.#flush();
  }

  /** That of the last event given to the client. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** @param key the thing whose state the event tells; undefined where every event counts */
  offer(text: string, key: string | undefined, cursor: string | undefined): void {
    if (this.#isOver || this.#end) return;
    if (this.#queue.length === 0 && !this.sink.isBlocked()) {
      this.#cursor = cursor;
      this.sink.next(text);
    } else if (!this.#queue.push({ text, cursor }, key)) {
      this.#queue.clear();
      const reason = `The client reads too slowly: more than ${this.#queue.limit} events wait for it.`;
      this.finish([overflow(reason, this.#cursor)]);
    }
  }

  /** Ends the stream for this client once its queue has been sent. */
  finish(errors?: readonly ResponseError[]): void {
    if (this.#isOver || this.#end) return;
    this.#end = () => {
      this.#isOver = true;
      this.left();
      if (errors) this.sink.error(errors);
      else this.sink.complete();
    };
    if (this.#queue.length === 0) this.#end();
  }

  /** The client left. */
  leave(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#queue.clear();
    this.left();
  }

  #flush(): void {
    while (!this.#isOver && this.#queue.length > 0 && !this.sink.isBlocked()) {
      const { text, cursor } = this.#queue.shift()!;
      this.#cursor = cursor;
      this.sink.next(text);
    }
    if (!this.#isOver && this.#queue.length === 0) this.#end?.();
  }
}
