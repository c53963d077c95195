import { INTERNAL_ERROR } from '@cartograph/kit/error-codes';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { ResponseError } from '../json/response-error.js';
import { RequestRefused } from '../pipeline.js';
import { SIGN_IN_REASONS, type TokenRefusal } from '@cartograph/kit/token-refusal';
import { KeysUnavailableError, TokenError } from '../scope/identity.js';
import { MEDIA_TYPES } from './accept.js';
import { readAcceptEncoding } from './accept-encoding.js';
import { endAfterBody } from './drain.js';
import { HttpFault } from './read-request.js';

const compressions = { gzip: promisify(gzip), br: promisify(brotliCompress) };
/** Below this, compressing costs more than it saves. */
const COMPRESS_FROM = 1_400;

/** From here on an answer is given to the socket in parts of this size, in bytes. */
const LARGE = 256 * 1024;
const PART = LARGE;

/** Where an answer's bytes wait while the client has not taken them. */
export interface AnswerRoom {
  /** Whether an answer of this length may be written. */
  hasRoom(request: IncomingMessage, bytes: number): boolean;
  /** How much of an answer is still to be given to its socket. */
  noteRest(request: IncomingMessage, bytes: number): void;
}

/** One HTTP answer, sent at most once. */
export class Reply {
  isSent = false;
  #left: (() => void) | undefined;

  constructor(
    private readonly request: IncomingMessage,
    readonly response: ServerResponse,
    private readonly kind: 'graphql' | 'json',
    private readonly compress: boolean,
    private readonly room: AnswerRoom,
  ) {
    response.on('close', () => {
      if (!this.isSent) this.#left?.();
      this.isSent = true;
    });
  }

  /** Called when the client disconnects before it is answered. */
  onLeft(left: () => void): void {
    this.#left = left;
  }

  /** From now on the caller writes the response. */
  handOver(): ServerResponse {
    this.isSent = true;
    return this.response;
  }

  send(status: number, text: string, headers?: Readonly<Record<string, string>>): void {
    if (this.isSent) return;
    const { response } = this;
    const encoding = this.compress ? this.#encodingFor(text) : undefined;
    if (!encoding) {
      const length = text.length < LARGE ? Buffer.byteLength(text) : largeBytes(text).length;
      if (!this.room.hasRoom(this.request, length)) return this.#refuse(length);
      this.isSent = true;
      this.#writeHead(status, headers, length);
      if (length >= LARGE) return this.#sendInParts(largeBytes(text));
      // Nearly all answers are ASCII, for which Node reserves a third of the memory when it need not expect UTF-8.
      if (this.request.complete) response.end(text, length === text.length ? 'latin1' : 'utf8');
      else endAfterBody(this.request, response, text);
      return;
    }
    response.statusCode = status;
    this.#setHeaders(headers);
    if (!headers?.['vary']) response.appendHeader('vary', 'accept-encoding');
    const body =
      encoding === 'br'
        ? compressions.br(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
        : compressions.gzip(text, { level: 5 });
    body.then(
      (compressed) => {
        if (this.isSent) return;
        if (!this.room.hasRoom(this.request, compressed.length)) return this.#refuse(compressed.length);
        this.isSent = true;
        response.setHeader('content-encoding', encoding);
        response.setHeader('content-length', compressed.length);
        if (compressed.length >= LARGE) this.#sendInParts(compressed);
        else endAfterBody(this.request, response, compressed);
      },
      () => response.destroy(),
    );
  }

  /**
   * Gives a large answer to the socket part by part, as the client takes it. Node would copy a text whole for each client;
   * these bytes are shared by all clients that get the same answer, and show how much of them was taken.
   */
  #sendInParts(bytes: Buffer): void {
    const { request, response } = this;
    if (request.method === 'HEAD') return void response.end();
    let at = 0;
    const next = (error?: Error | null): void => {
      if (error || response.destroyed) return;
      const part = bytes.subarray(at, (at += PART));
      this.room.noteRest(request, Math.max(0, bytes.length - at));
      if (at >= bytes.length) response.end(part);
      else response.write(part, next);
    };
    next();
  }

  #refuse(length: number): void {
    const { response } = this;
    for (const name of ['cache-control', 'content-encoding', 'vary']) response.removeHeader(name);
    this.#errors(503, [noRoomFor(length)], { 'retry-after': '1' });
  }

  /** Headers that others have not set yet may go out as a list, of which Node makes no objects. */
  #writeHead(status: number, headers: Readonly<Record<string, string>> | undefined, length: number): void {
    const { response } = this;
    if (response.getHeaderNames().length > 0) {
      response.statusCode = status;
      this.#setHeaders(headers);
      response.setHeader('content-length', length);
      return;
    }
    const list = ['content-type', MEDIA_TYPES[this.kind], 'content-length', String(length)];
    if (headers) for (const name of Object.keys(headers)) list.push(name, headers[name]!);
    response.writeHead(status, list);
  }

  #setHeaders(headers: Readonly<Record<string, string>> | undefined): void {
    const { response } = this;
    if (headers)
      for (const name of Object.keys(headers))
        // Others may have said already what the answer depends on.
        if (name === 'vary') response.appendHeader(name, headers[name]!);
        else response.setHeader(name, headers[name]!);
    response.setHeader('content-type', MEDIA_TYPES[this.kind]);
  }

  #encodingFor(text: string): 'br' | 'gzip' | undefined {
    const header = this.request.headers['accept-encoding'] as string | undefined;
    if (header === undefined) return undefined;
    const { best, isPlainAccepted } = readAcceptEncoding(header);
    return text.length >= COMPRESS_FROM || !isPlainAccepted ? best : undefined;
  }

  fault(fault: HttpFault): void {
    this.#errors(fault.status, [{ message: fault.message, extensions: { code: fault.code } }], fault.headers);
  }

  /** Answers whatever went wrong before or beside execution. */
  fail(error: unknown): void {
    if (error instanceof HttpFault) return this.fault(error);
    if (error instanceof RequestRefused) {
      // A client that wants plain application/json hears about faults of its document with 200, as ever.
      const status = error.status === 400 && this.kind === 'json' ? 200 : error.status;
      return this.#errors(status, error.errors, error.headers);
    }
    if (error instanceof TokenError) {
      return this.#errors(401, [tokenFault(error.reason)], { 'www-authenticate': INVALID_TOKEN });
    }
    if (error instanceof KeysUnavailableError) {
      return this.#errors(503, [tokenFault('TOKEN_UNVERIFIED')], { 'retry-after': '1' });
    }
    this.#errors(500, [INTERNAL_ERROR]);
  }

  #errors(
    status: number,
    errors: readonly ResponseError[],
    headers?: Readonly<Record<string, string>>,
  ): void {
    this.send(status, JSON.stringify({ errors }), { 'cache-control': 'no-store', ...headers });
  }
}

/** The bytes of the last large text, for as long as this turn of the event loop: equal requests are answered in one. */
let last: { readonly text: string; readonly bytes: Buffer } | undefined;

function largeBytes(text: string): Buffer {
  if (last?.text === text) return last.bytes;
  if (!last) setImmediate(() => (last = undefined));
  last = { text, bytes: Buffer.from(text) };
  return last.bytes;
}

/** The fault of an answer that cannot be kept until its client has taken it. */
export function noRoomFor(length: number): ResponseError {
  return {
    message: `The answer has ${length} bytes, for which the gateway has no room now; please ask for less, or try again in 1 s.`,
    extensions: { code: 'OVERLOADED' },
  };
}

/** RFC 6750 §3.1. Sent also with answers to what a guest may ask: a renewed token would tell more. */
export const INVALID_TOKEN = 'Bearer error="invalid_token"';

/** The fault of a stream whose token does not count, or no longer. */
export function tokenFault(reason: TokenRefusal): ResponseError {
  const code = reason === 'TOKEN_UNVERIFIED' ? 'SERVICE_UNAVAILABLE' : 'UNAUTHENTICATED';
  return { message: SIGN_IN_REASONS[reason], extensions: { code, reason } };
}
