import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, Pool } from 'undici';
import { type FetchCallback, type SubgraphAnswer } from './execute.js';
import { cancelled, SubgraphFailure } from './errors.js';
import { decompress, DecompressionError, encodingsOf } from './content-encoding.js';
import { isObject, withoutByteOrderMark } from './json.js';
import { parseExactly } from './exact-number.js';

export interface SubgraphClientOptions {
  readonly name: string;
  readonly url: string;
  /** Whole-request limit, milliseconds. */
  readonly timeoutMs: number;
  /** What is longer than an answer should take, at most `timeoutMs`; 0: nothing is. */
  readonly slowMs: number;
  /** Keep-alive connections at most. */
  readonly connections: number;
  /** Answers beyond this many bytes are refused, also when they are so large only after decompression. */
  readonly maxResponseBytes: number;
}

/** Headers as undici takes them fastest: name, value, name, value. */
export type FlatHeaders = string[];

/** Cancels the request if it still runs; its callback then hears REQUEST_CANCELLED. */
export type Cancel = () => void;

/** One subgraph's HTTP side: a keep-alive pool, and nothing between it and the parsed answer. */
export class SubgraphClient {
  readonly #pool: Pool;
  readonly #path: string;

  constructor(readonly options: SubgraphClientOptions) {
    const url = new URL(options.url);
    this.#path = url.pathname + url.search;
    this.#pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      keepAliveTimeout: 30_000,
      connect: { timeout: Math.min(options.timeoutMs, 5_000) },
      // The whole-request timer of `send` is the one that counts.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** @param slow called once when the answer takes longer than `slowMs` */
  send(body: string, headers: FlatHeaders, done: FetchCallback, slow: () => void): Cancel {
    const request = new PendingRequest(this.options, done, slow);
    this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, request);
    return request.cancel;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}

/** Gathers one answer. Undici calls the handlers; the timer or a cancellation may come before them. */
class PendingRequest implements Dispatcher.DispatchHandler {
  #done: FetchCallback | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #cacheControl: string | undefined;
  #contentEncoding: string | undefined;
  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;
  #size = 0;
  #timer: NodeJS.Timeout;

  constructor(
    private readonly options: SubgraphClientOptions,
    done: FetchCallback,
    private readonly slow: () => void,
  ) {
    this.#done = done;
    const { slowMs, timeoutMs } = options;
    // One timer for both limits, as nearly every request needs neither.
    this.#timer = slowMs > 0 ? setTimeout(this.#onSlow, slowMs) : setTimeout(this.#onTimeout, timeoutMs);
  }

  readonly #onSlow = (): void => {
    this.slow();
    const { slowMs, timeoutMs } = this.options;
    if (slowMs >= timeoutMs) this.#onTimeout();
    else if (this.#done) this.#timer = setTimeout(this.#onTimeout, timeoutMs - slowMs);
  };

  readonly #onTimeout = (): void => {
    const { name, timeoutMs } = this.options;
    this.#abort(
      new SubgraphFailure(
        'SUBGRAPH_TIMEOUT',
        `The subgraph "${name}" did not answer within ${timeoutMs} ms.`,
      ),
    );
  };

  readonly cancel = (): void => this.#abort(cancelled());

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (!this.#done) controller.abort(new Error('cancelled'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    this.#cacheControl = headers['cache-control'];
    this.#contentEncoding = headers['content-encoding'];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.options.maxResponseBytes) {
      this.#abort(tooLarge(this.options));
    } else if (!this.#first) this.#first = chunk;
    else (this.#rest ??= [this.#first]).push(chunk);
  }

  onResponseEnd(): void {
    const encodings = this.#contentEncoding === undefined ? [] : encodingsOf(this.#contentEncoding);
    const bytes = this.#rest ? Buffer.concat(this.#rest, this.#size) : this.#first;
    if (encodings.length === 0 || !bytes) return this.#read(bytes?.toString('utf8') ?? '');
    decompress(bytes, encodings, this.options.maxResponseBytes).then(
      (plain) => this.#read(plain.toString('utf8')),
      (error: unknown) => this.#finish(this.#unreadable(error)),
    );
  }

  #unreadable(error: unknown): SubgraphFailure {
    if (!(error instanceof DecompressionError)) return this.#httpError() ?? invalid(this.options.name);
    if (error.isTooLarge) return tooLarge(this.options);
    return (
      this.#httpError() ??
      new SubgraphFailure(
        'SUBGRAPH_RESPONSE_INVALID',
        `The answer of the subgraph "${this.options.name}" cannot be decompressed: ${error.message}.`,
      )
    );
  }

  #read(written: string): void {
    const text = withoutByteOrderMark(written);
    const answer = parseAnswer(text);
    if (answer) return this.#finish(undefined, answer, text);
    this.#finish(this.#httpError() ?? invalid(this.options.name));
  }

  /** Undefined for a status of success. */
  #httpError(): SubgraphFailure | undefined {
    if (this.#status < 400) return undefined;
    const isRetryable = this.#status === 502 || this.#status === 503 || this.#status === 504;
    return new SubgraphFailure(
      'SUBGRAPH_HTTP_ERROR',
      `The subgraph "${this.options.name}" answered with HTTP status ${this.#status}.`,
      isRetryable,
    );
  }

  onResponseError(): void {
    this.#finish(
      new SubgraphFailure(
        'SUBGRAPH_UNREACHABLE',
        `The subgraph "${this.options.name}" could not be reached.`,
        true,
      ),
    );
  }

  #abort(failure: SubgraphFailure): void {
    if (!this.#done) return;
    this.#finish(failure);
    this.#controller?.abort(failure);
  }

  #finish(failure: SubgraphFailure | undefined, answer?: SubgraphAnswer, text?: string): void {
    const done = this.#done;
    if (!done) return;
    this.#done = undefined;
    clearTimeout(this.#timer);
    done(failure, answer, text, this.#cacheControl);
  }
}

const invalid = (name: string) =>
  new SubgraphFailure(
    'SUBGRAPH_RESPONSE_INVALID',
    `The subgraph "${name}" answered with something that is not a GraphQL result.`,
  );

const tooLarge = ({ name, maxResponseBytes }: SubgraphClientOptions) =>
  new SubgraphFailure(
    'SUBGRAPH_RESPONSE_TOO_LARGE',
    `The subgraph "${name}" answered with more than ${maxResponseBytes} bytes.`,
  );

/** Undefined when the text is no GraphQL result. */
export function parseAnswer(text: string): SubgraphAnswer | undefined {
  try {
    const parsed = parseExactly(text);
    return isObject(parsed) && ('data' in parsed || 'errors' in parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
