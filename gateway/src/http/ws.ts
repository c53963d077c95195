import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { isObject, type JsonObject, parseClientJson, quote } from '../json/json.js';
import type { ResponseError } from '../json/response-error.js';
import type { GraphQLRequest } from '../execution/run.js';
import type { StreamSink } from '../subscriptions/member.js';

/** Close codes of the graphql-transport-ws protocol, and the gateway's own by the same numbering. */
export const CLOSE = {
  goingAway: [1001, 'Going away'],
  badRequest: (reason: string) => [4400, reason.slice(0, 120)] as const,
  unauthorized: [4401, 'Unauthorized'],
  forbidden: (reason: string) => [4403, reason] as const,
  badSubprotocol: [4406, 'Subprotocol not acceptable'],
  initTimeout: [4408, 'Connection initialisation timeout'],
  tooManyInits: [4429, 'Too many initialisation requests'],
} as const;

/** One operation on a socket. */
export interface RunningOperation {
  stop(): void;
}

/** What the protocol needs to know from the gateway. `Session` is whatever `init` made of the connection's parameters. */
export interface SocketHandler<Session> {
  /** Accepts a connection, or closes it with the code and reason given. */
  init(
    parameters: JsonObject,
    request: IncomingMessage,
  ): Promise<Session | readonly [code: number, reason: string]>;
  start(session: Session, request: GraphQLRequest, sink: StreamSink): RunningOperation;
  /** A ping with a payload. @returns the payload of the pong, or the code and reason to close with */
  pinged(
    session: Session | undefined,
    payload: unknown,
  ): Promise<{ readonly pong: unknown } | readonly [code: number, reason: string]>;
  closed(session: Session | undefined): void;
}

const INIT_TIMEOUT_MS = 10_000;
/** Bytes given to a socket and not yet taken by the network, beyond which its streams wait. */
const HIGH_WATER_BYTES = 1024 * 1024;

/**
 * The server side of graphql-transport-ws for one socket. It is our own, small, so that results written once
 * as text go out as they are, without parsing and stringifying them again per subscriber.
 * @see https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 */
export class SocketConnection<Session> {
  #session: Session | undefined;
  #state: 'waiting' | 'initialising' | 'ready' | 'closed' = 'waiting';
  #unsent = 0;
  readonly #blocked = new Set<StreamSink>();
  readonly #operations = new Map<string, RunningOperation | null>();
  readonly #initTimer: NodeJS.Timeout;

  constructor(
    readonly socket: WebSocket,
    private readonly request: IncomingMessage,
    private readonly handler: SocketHandler<Session>,
    /** Operations that may be open at the same time. */
    private readonly limit: number,
  ) {
    this.#initTimer = setTimeout(() => socket.close(...CLOSE.initTimeout), INIT_TIMEOUT_MS);
    socket.on('message', (data, isBinary) => {
      this.#receive(data, isBinary);
    });
    socket.on('close', () => this.#onClose());
    socket.on('error', () => undefined);
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
    // Streams end now, not when the other side has answered the close.
    this.#onClose();
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (this.#state === 'closed') return;
    const message = isBinary ? undefined : parseMessage(data);
    if (!message)
      return this.close(...CLOSE.badRequest('Expected a text message holding a JSON object with a "type".'));
    const { type, payload } = message;
    const mayBeAbsent = type === 'connection_init' || type === 'ping' || type === 'pong';
    if (mayBeAbsent && payload !== undefined && payload !== null && !isObject(payload))
      return this.close(...CLOSE.badRequest(`The "payload" of ${type} must be an object.`));
    switch (type) {
      case 'connection_init':
        return void this.#init(message);
      case 'ping':
        if (payload === undefined) return this.#send('{"type":"pong"}');
        return void this.#ping(payload);
      case 'pong':
        return;
      case 'subscribe':
        return this.#subscribe(message);
      case 'complete':
        return this.#complete(message);
      default:
        return this.close(...CLOSE.badRequest(`Unknown message type ${JSON.stringify(type)}.`));
    }
  }

  async #init(message: JsonObject): Promise<void> {
    if (this.#state !== 'waiting') return this.close(...CLOSE.tooManyInits);
    const payload = (message['payload'] ?? {}) as JsonObject;
    this.#state = 'initialising';
    const session = await this.handler.init(payload, this.request);
    if ((this.#state as string) === 'closed') {
      if (!Array.isArray(session)) this.handler.closed(session as Session);
      return;
    }
    clearTimeout(this.#initTimer);
    if (Array.isArray(session)) return this.close(session[0] as number, session[1] as string);
    this.#session = session as Session;
    this.#state = 'ready';
    this.#send('{"type":"connection_ack"}');
  }

  async #ping(payload: unknown): Promise<void> {
    const answer = await this.handler.pinged(this.#session, payload);
    if (this.#state === 'closed') return;
    if ('pong' in answer) this.#send(`{"type":"pong","payload":${JSON.stringify(answer.pong)}}`);
    else this.close(...answer);
  }

  #subscribe(message: JsonObject): void {
    if (this.#state !== 'ready') return this.close(...CLOSE.unauthorized);
    const id = message['id'];
    if (typeof id !== 'string' || id === '')
      return this.close(...CLOSE.badRequest('"subscribe" needs an "id", a text.'));
    if (!this.#operations.has(id) && this.#operations.size >= this.limit) {
      const message = `This socket has ${this.limit} operations open; end one before you begin another, or open another socket.`;
      const errors: ResponseError[] = [{ message, extensions: { code: 'TOO_MANY_OPERATIONS' } }];
      return this.#send(`{"id":${quote(id)},"type":"error","payload":${JSON.stringify(errors)}}`);
    }
    if (this.#operations.has(id)) return this.close(4409, `Subscriber for ${id.slice(0, 60)} already exists`);
    const request = readRequest(message['payload']);
    if (typeof request === 'string') return this.close(...CLOSE.badRequest(request));
    // In place before it starts: an operation may end while it is being started.
    this.#operations.set(id, null);
    const tag = quote(id);
    const sink: StreamSink = {
      next: (text) => {
        if (this.#operations.has(id)) this.#send(`{"id":${tag},"type":"next","payload":${text}}`);
      },
      error: (errors) => {
        this.#blocked.delete(sink);
        if (this.#operations.delete(id))
          this.#send(`{"id":${tag},"type":"error","payload":${JSON.stringify(errors)}}`);
      },
      complete: () => {
        this.#blocked.delete(sink);
        if (this.#operations.delete(id)) this.#send(`{"id":${tag},"type":"complete"}`);
      },
      isBlocked: () => {
        if (this.#unsent < HIGH_WATER_BYTES) return false;
        this.#blocked.add(sink);
        return true;
      },
    };
    const operation = this.handler.start(this.#session!, request, sink);
    if (this.#operations.has(id)) this.#operations.set(id, operation);
    else operation.stop();
  }

  #complete(message: JsonObject): void {
    const id = message['id'];
    if (typeof id !== 'string' || id === '')
      return this.close(...CLOSE.badRequest('"complete" needs an "id", a text.'));
    const operation = this.#operations.get(id);
    this.#operations.delete(id);
    operation?.stop();
  }

  #send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.#unsent += text.length;
    // A client that does not read its answers is not read from either: more requests would only add to what is buffered.
    if (this.#unsent >= HIGH_WATER_BYTES) this.socket.pause();
    this.socket.send(text, () => {
      this.#unsent -= text.length;
      if (this.#unsent < HIGH_WATER_BYTES / 2 && this.socket.isPaused) this.socket.resume();
      if (this.#blocked.size === 0 || this.#unsent >= HIGH_WATER_BYTES / 2) return;
      const waiting = [...this.#blocked];
      this.#blocked.clear();
      for (const sink of waiting) sink.drained?.();
    });
  }

  #onClose(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#initTimer);
    const operations = [...this.#operations.values()];
    this.#operations.clear();
    this.#blocked.clear();
    for (const operation of operations) operation?.stop();
    this.handler.closed(this.#session);
  }
}

function parseMessage(data: RawData): JsonObject | undefined {
  try {
    const parsed: unknown = parseClientJson(String(data));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function readRequest(payload: unknown): GraphQLRequest | string {
  if (!isObject(payload)) return 'The "payload" of subscribe must be an object.';
  const { query, operationName, variables, extensions } = payload;
  if (query !== undefined && typeof query !== 'string') return '"query" must be a text.';
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    return '"operationName" must be a text.';
  if (variables !== undefined && variables !== null && !isObject(variables))
    return '"variables" must be an object.';
  if (extensions !== undefined && extensions !== null && !isObject(extensions))
    return '"extensions" must be an object.';
  if (query === undefined && !isObject(extensions?.['persistedQuery'])) return '"query" is missing.';
  return { query: query ?? '', operationName, variables: variables ?? {}, extensions: extensions ?? {} };
}
