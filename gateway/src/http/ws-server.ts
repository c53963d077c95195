import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { INTERNAL_ERROR } from '@cartograph/kit/error-codes';
import type { Identity } from '@cartograph/kit/identity';
import type { TokenRefusal } from '@cartograph/kit/token-refusal';
import { WebSocket, WebSocketServer } from 'ws';
import { isObject, type JsonObject } from '../json/json.js';
import { type Pipeline, type Prepared, RequestRefused } from '../pipeline.js';
import type { GraphQLRequest } from '../execution/run.js';
import { clientOf } from '../admission/client.js';
import { KeysUnavailableError, readBearer, TokenError } from '../scope/identity.js';
import type { RequestScope } from '../scope/request-scope.js';
import type { StreamSink } from '../subscriptions/member.js';
import type { OpenStream } from '../subscriptions/streams.js';
import type { HeldBytes } from './held-bytes.js';
import { noRoomFor } from './reply.js';
import { CLOSE, type RunningOperation, SocketConnection, type SocketHandler } from './ws.js';

const PROTOCOL = 'graphql-transport-ws';
/** A close reason has at most 123 bytes (RFC 6455 §5.5). */
const CLOSE_REASONS: Readonly<Record<TokenRefusal, string>> = {
  TOKEN_EXPIRED: 'Forbidden: the access token has expired',
  TOKEN_INVALID: 'Forbidden: the access token is invalid',
  TOKEN_REVOKED: 'Forbidden: the session has ended or its rights have changed',
  TOKEN_UNVERIFIED: 'Forbidden: the access token cannot be checked',
};
/** setTimeout takes no longer delay; a token that lives longer is looked at again then. */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Session {
  identity: Identity | undefined;
  readonly request: IncomingMessage;
  parameters: JsonObject;
  /** Its streams, by the sinks they go to. */
  readonly streams: Set<OpenStream>;
  timer: NodeJS.Timeout | undefined;
  readonly close: (code: number, reason: string) => void;
}

export interface SocketServerOptions {
  readonly maxMessageBytes: number;
  /** Operations that may be open at the same time on one socket. */
  readonly maxOperations: number;
  /** A socket that has answered no ping for this long is ended. */
  readonly keepAliveMs: number;
  /** Whether a page of this origin may connect; without it, any may. A client that is no browser gives no origin. */
  readonly allowsOrigin: ((origin: string, host: string | undefined) => boolean) | undefined;
  readonly held: HeldBytes;
}

/** How long clients may take to answer a close. */
const CLOSE_MS = 400;

/** Serves graphql-transport-ws on `/graphql` of an HTTP server. */
export class SocketServer {
  readonly #server: WebSocketServer;
  readonly #connections = new Map<WebSocket, SocketConnection<Session>>();
  readonly #silent = new WeakSet<WebSocket>();
  readonly #sessions = new Set<Session>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor(
    http: Server,
    private readonly pipeline: Pipeline,
    private readonly options: SocketServerOptions,
  ) {
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: options.maxMessageBytes,
      perMessageDeflate: false,
      handleProtocols: (protocols) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
    });
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const { origin, host } = request.headers;
      if (pipeline.options.admission.shedding.isOverloaded())
        return refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 1');
      if (request.url?.split('?', 1)[0] !== '/graphql') return refuseUpgrade(socket, '404 Not Found');
      if (origin !== undefined && options.allowsOrigin?.(origin, host) === false)
        return refuseUpgrade(socket, '403 Forbidden');
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#accept(webSocket, request));
    });
    pipeline.options.identity?.onRefusals(() => {
      for (const session of [...this.#sessions])
        if (session.identity && pipeline.options.identity!.refusalOf(session.identity))
          this.#armExpiry(session);
    });
    this.#heartbeat = setInterval(() => this.#beat(), options.keepAliveMs / 2);
    this.#heartbeat.unref();
  }

  get openSockets(): number {
    return this.#connections.size;
  }

  /** Asks every client to reconnect elsewhere; ends those that do not answer. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    for (const connection of [...this.#connections.values()]) connection.close(...CLOSE.goingAway);
    const deadline = Date.now() + CLOSE_MS;
    while (this.#connections.size > 0 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    for (const socket of this.#connections.keys()) socket.terminate();
    this.#server.close();
  }

  #accept(socket: WebSocket, request: IncomingMessage): void {
    if (socket.protocol !== PROTOCOL) return socket.close(...CLOSE.badSubprotocol);
    const handler: SocketHandler<Session> = {
      init: (parameters) => this.#init(parameters, request, (code, reason) => connection.close(code, reason)),
      start: (session, operation, sink) => this.#start(session, operation, sink),
      pinged: (session, payload) => this.#renew(session, payload),
      closed: (session) => {
        clearTimeout(session?.timer);
        if (session) this.#sessions.delete(session);
      },
    };
    const connection = new SocketConnection<Session>(socket, request, handler, this.options.maxOperations);
    this.#connections.set(socket, connection);
    socket.on('close', () => this.#connections.delete(socket));
    socket.on('pong', () => this.#silent.delete(socket));
    socket.on('message', () => {
      this.#silent.delete(socket);
      this.options.held.received(request);
    });
  }

  /** Pings everyone; who has not answered the ping before is gone, or reads nothing and must not cost memory. */
  #beat(): void {
    for (const socket of this.#connections.keys()) {
      if (this.#silent.has(socket)) {
        socket.terminate();
        continue;
      }
      this.#silent.add(socket);
      if (socket.readyState === WebSocket.OPEN) socket.ping();
    }
  }

  async #init(
    parameters: JsonObject,
    request: IncomingMessage,
    close: Session['close'],
  ): Promise<Session | readonly [number, string]> {
    const { identity: plugin } = this.pipeline.options;
    const session: Session = {
      identity: undefined,
      request,
      parameters,
      streams: new Set(),
      timer: undefined,
      close,
    };
    if (!plugin) return session;
    const token = readToken(parameters);
    if (token === undefined) return CLOSE.unauthorized;
    try {
      session.identity = await plugin.identify(token);
    } catch (error) {
      if (error instanceof TokenError) return CLOSE.forbidden(CLOSE_REASONS[error.reason]);
      if (error instanceof KeysUnavailableError) return [1013, 'Try again later'];
      return [1011, 'Internal error'];
    }
    this.#sessions.add(session);
    this.#armExpiry(session);
    return session;
  }

  /**
   * In-band renewal: a ping whose payload holds a fresh token of the same person takes the place of the old one, and
   * streams go on. Any other ping is answered as the protocol has it.
   */
  async #renew(
    session: Session | undefined,
    payload: unknown,
  ): Promise<{ pong: unknown } | readonly [number, string]> {
    const { identity: plugin } = this.pipeline.options;
    const token = isObject(payload) ? readToken(payload) : undefined;
    if (!plugin || !session || token === undefined) return { pong: payload };
    try {
      const identity = await plugin.identify(token);
      const [now, next] = [session.identity, identity];
      if (now?.kind !== 'user' || next.kind !== 'user' || now.userId !== next.userId) {
        return CLOSE.forbidden('Forbidden: the renewed token belongs to another user');
      }
      session.identity = identity;
      session.parameters = { ...session.parameters, ...(payload as JsonObject) };
      this.#armExpiry(session);
      const scope = this.pipeline.scopeFor(session.request, identity, session.parameters);
      for (const stream of session.streams) stream.renew(scope);
      return { pong: { renewed: true, expiresAt: new Date(next.expiresAt).toISOString() } };
    } catch (error) {
      if (error instanceof TokenError)
        return CLOSE.forbidden('Forbidden: the renewed token is invalid or has expired');
      // The keys could not be had: the old token still counts, and the client may try again.
      return { pong: { renewed: false } };
    }
  }

  /** Ends the socket when its token does, or counts no longer; clients reconnect with a fresh one. */
  #armExpiry(session: Session): void {
    clearTimeout(session.timer);
    const { identity } = session;
    if (identity?.kind !== 'user') return;
    const refusal = this.pipeline.options.identity?.refusalOf(identity);
    if (refusal) return session.close(...CLOSE.forbidden(CLOSE_REASONS[refusal]));
    const left = identity.expiresAt - Date.now();
    session.timer = setTimeout(() => this.#armExpiry(session), Math.min(left, MAX_DELAY_MS));
    session.timer.unref();
  }

  /** Opens a stream that the session's renewals reach for as long as it lives. */
  #open(
    session: Session,
    prepared: Prepared,
    scope: RequestScope,
    sink: StreamSink,
    stopBy: (leave: () => void) => void,
  ): void {
    let isOver = false;
    const own: { stream?: OpenStream } = {};
    const over = (): void => {
      isOver = true;
      if (own.stream) session.streams.delete(own.stream);
    };
    const { error, complete } = sink;
    sink.error = (errors) => {
      over();
      error(errors);
    };
    sink.complete = () => {
      over();
      complete();
    };
    const opened = this.pipeline.open(prepared, scope, sink);
    if (isOver) return;
    own.stream = opened;
    session.streams.add(opened);
    // The token was renewed while the operation was on its way.
    if (session.identity !== scope.identity)
      opened.renew(this.pipeline.scopeFor(session.request, session.identity, session.parameters));
    stopBy(() => {
      over();
      opened.leave();
    });
  }

  #start(session: Session, request: GraphQLRequest, sink: StreamSink): RunningOperation {
    const { held } = this.options;
    const scope = this.pipeline.scopeFor(session.request, session.identity, session.parameters);
    held.attribute(session.request, clientOf(scope));
    let stop = (): void => scope.cancel();
    const run = (prepared: Prepared): void => {
      if (scope.isCancelled) return;
      if (prepared.operation.kind === 'subscription') {
        this.#open(session, prepared, scope, sink, (leave) => (stop = leave));
        return;
      }
      this.pipeline.run(prepared, scope).then(
        ({ text }) => {
          if (!held.hasRoom(session.request, text.length)) return sink.error([noRoomFor(text.length)]);
          sink.next(text);
          sink.complete();
        },
        () => sink.error([INTERNAL_ERROR]),
      );
    };
    const refuse = (error: unknown): void =>
      sink.error(error instanceof RequestRefused ? error.errors : [INTERNAL_ERROR]);
    try {
      const prepared = this.pipeline.prepare(request, scope);
      if (prepared instanceof Promise) prepared.then(run, refuse);
      else run(prepared);
    } catch (error) {
      refuse(error);
    }
    return { stop: () => stop() };
  }
}

function refuseUpgrade(socket: Duplex, status: string, ...headers: string[]): void {
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Length: 0',
    ...headers,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`);
}

/** `authorization: "Bearer …"` as a header would have it, or `accessToken` bare. */
function readToken(parameters: JsonObject): string | undefined {
  const header = parameters['authorization'] ?? parameters['Authorization'];
  const bare = parameters['accessToken'];
  if (typeof header === 'string') {
    try {
      return readBearer(header);
    } catch {
      return header;
    }
  }
  return typeof bare === 'string' && bare !== '' ? bare : undefined;
}
