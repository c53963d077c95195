import { type Dispatcher, Pool } from 'undici';
import type { Arriving, ArrivingBytes } from './arriving-bytes.js';
import { type FetchCallback, type SubgraphAnswer } from './execute.js';
import type { Cancellable, FlatHeaders } from '../scope/request-scope.js';
import { cancelled, SubgraphFailure } from './errors.js';
import { decompress, DecompressionError, encodingsOf } from './content-encoding.js';
import type { LargeTurns } from './large-turns.js';
import { isObject, withoutByteOrderMark } from '../json/json.js';
import { exactNumbersIn, type NumberKind } from '../json/exact-number.js';

export interface SubgraphClientOptions {
  readonly name: string;
  readonly url: string;
  /** Whole-request limit, milliseconds. */
  readonly timeoutMs: number;
  /** An answer that takes longer counts as slow, at most `timeoutMs`; 0: none does. */
  readonly slowMs: number;
  /** Keep-alive connections at most. */
  readonly connections: number;
  /** Answers beyond this many bytes are refused, also when they are so large only after decompression. */
  readonly maxResponseBytes: number;
  /** Counts the answers of all subgraphs. */
  readonly arriving: ArrivingBytes;
  readonly turns: LargeTurns;
}

/** Takes one request's answer, or failure. */
export interface AnswerReader {
  /** Which numbers the answer may hold; see {@link NumberKind}. */
  readonly numbers: NumberKind;
  /** Called once; `text` is what `answer` was parsed from, `cacheControl` the header that came with it. */
  answered: FetchCallback;
  /** Called at most once, when the answer takes longer than `slowMs`. */
  slow(): void;
}

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

  send(body: string, headers: FlatHeaders, reader: AnswerReader): Cancellable {
    const request = new PendingRequest(this.options, reader);
    this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, request);
    return request;
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  destroy(): Promise<void> {
    return this.#pool.destroy();
  }
}

/**
 * Gathers one answer. Undici calls the handlers; the timer or a cancellation may come before them.
 * These are undici's older handlers: it wraps the newer ones in these, and makes an object of all headers for them.
 */
class PendingRequest implements Dispatcher.DispatchHandler, Cancellable, Arriving {
  #reader: AnswerReader | undefined;
  #abortRequest: ((error: Error) => void) | undefined;
  #status = 0;
  #cacheControl: string | undefined;
  #contentEncoding: string | undefined;
  #first: Buffer | undefined;
  #rest: Buffer[] | undefined;
  #size = 0;
  #timer: NodeJS.Timeout;

  constructor(
    private readonly options: SubgraphClientOptions,
    reader: AnswerReader,
  ) {
    this.#reader = reader;
    const { slowMs, timeoutMs } = options;
    // One timer for both limits, as nearly every request needs neither.
    this.#timer =
      slowMs > 0
        ? setTimeout(PendingRequest.#onSlow, slowMs, this)
        : setTimeout(PendingRequest.#onTimeout, timeoutMs, this);
  }

  static #onSlow(this: void, request: PendingRequest): void {
    request.#reader?.slow();
    const { slowMs, timeoutMs } = request.options;
    if (slowMs >= timeoutMs) PendingRequest.#onTimeout(request);
    else if (request.#reader)
      request.#timer = setTimeout(PendingRequest.#onTimeout, timeoutMs - slowMs, request);
  }

  static #onTimeout(this: void, request: PendingRequest): void {
    const { name, timeoutMs } = request.options;
    request.#abort(
      new SubgraphFailure(
        'SUBGRAPH_TIMEOUT',
        `The subgraph "${name}" did not answer within ${timeoutMs} ms.`,
      ),
    );
  }

  cancel(): void {
    this.#abort(cancelled());
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#abortRequest = abort;
    if (!this.#reader) abort(new Error('cancelled'));
  }

  /** @param headers name, value, name, value */
  onHeaders(status: number, headers: Buffer[]): boolean {
    this.#status = status;
    // Informational responses (1xx) may have come before.
    this.#cacheControl = this.#contentEncoding = undefined;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at]!;
      if (name.length === CACHE_CONTROL.length && isNamed(name, CACHE_CONTROL))
        this.#cacheControl = joined(this.#cacheControl, headers[at + 1]!);
      else if (name.length === CONTENT_ENCODING.length && isNamed(name, CONTENT_ENCODING))
        this.#contentEncoding = joined(this.#contentEncoding, headers[at + 1]!);
    }
    return true;
  }

  onData(chunk: Buffer): boolean {
    this.#size += chunk.length;
    if (this.#size > this.options.maxResponseBytes) {
      this.#abort(tooLarge(this.options));
    } else if (!this.#reader) return true;
    else if (!this.#first) this.#first = chunk;
    else {
      // Nearly all answers are one chunk, which is read at once.
      const isSecond = !this.#rest;
      (this.#rest ??= [this.#first]).push(chunk);
      this.options.arriving.add(this, isSecond ? this.#size : chunk.length);
    }
    return true;
  }

  drop(): void {
    this.#abort(
      new SubgraphFailure(
        'OVERLOADED',
        `The gateway has no room for the answer of the subgraph "${this.options.name}" now; please ask for less, or try again in 1 s.`,
      ),
    );
  }

  onComplete(): void {
    if (this.#size < LARGE_BYTES) return this.#complete();
    // The subgraph has done its part.
    clearTimeout(this.#timer);
    this.options.turns.run(() => {
      if (this.#reader) this.#complete();
    });
  }

  #complete(): void {
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
    const answer = this.#reader && parseAnswer(text, this.#reader.numbers);
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

  onError(): void {
    this.#finish(
      new SubgraphFailure(
        'SUBGRAPH_UNREACHABLE',
        `The subgraph "${this.options.name}" could not be reached.`,
        true,
      ),
    );
  }

  #abort(failure: SubgraphFailure): void {
    if (!this.#reader) return;
    this.#finish(failure);
    this.#abortRequest?.(failure);
  }

  #finish(failure: SubgraphFailure | undefined, answer?: SubgraphAnswer, text?: string): void {
    const reader = this.#reader;
    if (!reader) return;
    this.#reader = undefined;
    clearTimeout(this.#timer);
    if (this.#rest) {
      this.options.arriving.remove(this);
      this.#first = this.#rest = undefined;
    }
    reader.answered(failure, answer, text, this.#cacheControl);
  }
}

/** Answers from here on are read in turns. */
const LARGE_BYTES = 256 * 1024;
const CACHE_CONTROL = 'cache-control';
const CONTENT_ENCODING = 'content-encoding';

const isNamed = (name: Buffer, expected: string): boolean =>
  name.toString('latin1').toLowerCase() === expected;

/** A header that comes several times is one list (https://www.rfc-editor.org/rfc/rfc9110#section-5.3). */
const joined = (before: string | undefined, value: Buffer): string =>
  before === undefined ? value.toString('latin1') : `${before}, ${value.toString('latin1')}`;

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
export function parseAnswer(text: string, numbers: NumberKind): SubgraphAnswer | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || !('data' in parsed || 'errors' in parsed)) return undefined;
    // The extensions of errors may hold any number, whatever the fields are.
    const kind = parsed['errors'] === undefined ? numbers : 'any';
    return exactNumbersIn(text, parsed, kind) as SubgraphAnswer;
  } catch {
    return undefined;
  }
}
