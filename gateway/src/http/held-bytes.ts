import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface HeldLimits {
  /** Sockets open at the same time; a further one is closed at once. */
  readonly maxConnections: number;
  /**
   * Bytes of requests that were read and are not answered yet, and bytes of answers that clients have not taken, of
   * all sockets together. Beyond, the clients that hold most lose their sockets.
   */
  readonly maxHeldBytes: number;
}

/** How often the sockets are looked at. */
const INTERVAL_MS = 100;
/** Requests and answers cause a look too, but no more often than this. */
const MIN_INTERVAL_MS = 20;
/** A client that has taken nothing of an answer for this long is ended. */
const STALLED_MS = 30_000;
/** The same while the process ends. */
const STALLED_AT_END_MS = 400;
/** A client that has taken nothing for this long gives way to others when room is short. */
const PAUSED_MS = 500;
/** The part of the limit that one client may leave unread before it is refused new operations. */
const CLIENT_SHARE = 1 / 4;
/** Sockets that hold less, as all ordinary ones do, are not ended for it; answers that are smaller need no room. */
export const SMALL_BYTES = 64 * 1024;

interface Connection {
  /** Who uses the socket, as rate limits count clients; the peer's address until a request tells more. */
  client: string;
  /** What the socket had read when what it had asked so far was answered. */
  answered: number;
  isBusy: boolean;
  /** Requests that the client sent before it had the answers to those before. */
  waiting: { readonly response: ServerResponse; readonly serve: () => void }[] | undefined;
  /** Bytes of the current answer that were not given to the socket yet. */
  rest: number;
  /** Bytes waiting to be taken when they last became fewer, and when that was. */
  unsent: number;
  movedAt: number;
}

interface Holder {
  readonly socket: Socket;
  readonly client: string;
  readonly held: number;
  readonly isPaused: boolean;
}

/**
 * Bounds what clients make the process hold for them in buffers: with half requests, large bodies whose operations
 * wait, half messages, and answers that they do not read. Each has its own limit; this is the limit for all of them.
 */
export class HeldBytes {
  readonly #connections = new Map<Socket, Connection>();
  readonly #timer: NodeJS.Timeout;
  #lookedAt = 0;
  #stalledMs = STALLED_MS;
  /** Bytes held at the last look, and what was written since. */
  #total = 0;
  /** Sockets that hold more than a little, at the last look. */
  #holders: Holder[] = [];
  /** Bytes that clients have left unread for a while, at the last look. */
  #unread = new Map<string, number>();
  /** One function for all responses, which Node calls with the response as `this`. */
  readonly #onClose: (this: ServerResponse) => void;

  constructor(
    server: Server,
    private readonly limits: HeldLimits,
  ) {
    server.maxConnections = limits.maxConnections;
    const ended = (response: ServerResponse): void => this.#ended(response);
    this.#onClose = function () {
      ended(this);
    };
    server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, {
        client: socket.remoteAddress ?? '',
        answered: 0,
        isBusy: false,
        waiting: undefined,
        rest: 0,
        unsent: 0,
        movedAt: performance.now(),
      });
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
    this.#timer.unref();
  }

  /**
   * Serves a request, whose bytes count as held until it is answered. One that came before the client had the answers to
   * those before it on the same socket waits until they have been taken: otherwise a client that reads nothing would be
   * held an answer for each request it can send.
   */
  serve({ socket }: IncomingMessage, response: ServerResponse, serve: () => void): void {
    const connection = this.#connections.get(socket);
    if (!connection) return serve();
    if (performance.now() - this.#lookedAt > MIN_INTERVAL_MS) this.#look();
    if (connection.isBusy) (connection.waiting ??= []).push({ response, serve });
    else this.#begin(connection, response, serve);
  }

  /** Tells whom the bytes of a request's socket belong to. */
  attribute({ socket }: IncomingMessage, client: string): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.client = client;
  }

  /** Whether any client has left much unread for a while. */
  get isUnread(): boolean {
    return this.#unread.size > 0;
  }

  /** Bytes of answers that a client has left unread for a while, if that is more than one client may. */
  unreadBeyond(client: string): number | undefined {
    const unread = this.#unread.get(client) ?? 0;
    return unread > this.limits.maxHeldBytes * CLIENT_SHARE ? unread : undefined;
  }

  /**
   * Whether an answer may be written. When room is short, sockets end for it on which nothing has moved for a while, or
   * whose clients hold more than this one; if that is not enough, there is none.
   * @param bytes the answer's length
   */
  hasRoom({ socket }: IncomingMessage, bytes: number): boolean {
    if (bytes <= SMALL_BYTES) return true;
    const { maxHeldBytes } = this.limits;
    if (this.#total + bytes > maxHeldBytes && performance.now() - this.#lookedAt > MIN_INTERVAL_MS)
      this.#look();
    if (this.#total + bytes > maxHeldBytes) {
      const client = this.#connections.get(socket)?.client ?? '';
      this.#makeRoom(bytes, client);
      if (this.#total + bytes > maxHeldBytes) return false;
    }
    this.#total += bytes;
    return true;
  }

  /** How much of an answer is still to be given to its socket. */
  noteRest({ socket }: IncomingMessage, bytes: number): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.rest = bytes;
  }

  /** A WebSocket's message arrived whole: what it had sent so far is no longer in a buffer. */
  received({ socket }: IncomingMessage): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.answered = socket.bytesRead;
  }

  /** The process ends: clients that read nothing must not hold it up. */
  drain(): void {
    this.#stalledMs = STALLED_AT_END_MS;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #begin(connection: Connection, response: ServerResponse, serve: () => void): void {
    connection.isBusy = true;
    response.on('close', this.#onClose);
    serve();
  }

  #ended({ req: { socket } }: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    connection.isBusy = false;
    connection.rest = 0;
    const next = connection.waiting?.shift();
    if (next) this.#begin(connection, next.response, next.serve);
    else connection.answered = socket.bytesRead;
  }

  #look(): void {
    const now = performance.now();
    this.#lookedAt = now;
    this.#total = 0;
    this.#holders = [];
    this.#unread.clear();
    for (const [socket, connection] of this.#connections) {
      const unsent = socket.writableLength + connection.rest;
      if (unsent === 0 || unsent < connection.unsent) connection.movedAt = now;
      connection.unsent = unsent;
      const stillMs = now - connection.movedAt;
      if (stillMs > this.#stalledMs) {
        this.#end(socket);
        continue;
      }
      const held = socket.bytesRead - connection.answered + unsent;
      this.#total += held;
      if (held <= SMALL_BYTES) continue;
      const isPaused = stillMs > PAUSED_MS;
      const { client } = connection;
      this.#holders.push({ socket, client, held, isPaused });
      if (isPaused) this.#unread.set(client, (this.#unread.get(client) ?? 0) + unsent);
    }
    if (this.#total > this.limits.maxHeldBytes) this.#makeRoom(0, undefined);
  }

  /**
   * Ends sockets, those of the clients that hold most first, until there is room.
   * @param asker whose answer needs the room: who holds no more than this client keeps what moves. Without, anything may go
   */
  #makeRoom(bytes: number, asker: string | undefined): void {
    const { maxHeldBytes } = this.limits;
    const held = new Map<string, number>();
    for (const one of this.#holders) held.set(one.client, (held.get(one.client) ?? 0) + one.held);
    const own = asker === undefined ? -1 : (held.get(asker) ?? 0) + bytes;
    this.#holders.sort((a, b) => held.get(b.client)! - held.get(a.client)! || b.held - a.held);
    this.#holders = this.#holders.filter((one) => {
      if (this.#total + bytes <= maxHeldBytes) return true;
      if (!one.isPaused && held.get(one.client)! <= own) return true;
      this.#end(one.socket);
      this.#total -= one.held;
      held.set(one.client, held.get(one.client)! - one.held);
      return false;
    });
  }

  #end(socket: Socket): void {
    this.#connections.delete(socket);
    socket.destroy();
  }
}
