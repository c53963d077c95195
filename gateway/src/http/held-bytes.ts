import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface HeldLimits {
  /** Sockets open at the same time; a further one is closed at once. */
  readonly maxConnections: number;
  /**
   * Bytes of requests that were read and are not answered yet, and bytes of answers that clients have not taken, of
   * all sockets together. Beyond, those that hold most are ended.
   */
  readonly maxHeldBytes: number;
}

/** How often the sockets are looked at. */
const INTERVAL_MS = 100;
/** Many requests may come between two looks: they cause one themselves, but no more often than this. */
const MIN_INTERVAL_MS = 20;
/** A client that has taken nothing of an answer for this long is ended. */
const STALLED_MS = 30_000;
/** When this part of the limit was written since the last look, the next one does not wait. */
const WRITTEN_SHARE = 1 / 8;
/** Sockets that hold less than this, as all ordinary ones do, are not ended for it. */
const SMALL_BYTES = 64 * 1024;

interface Connection {
  /** What the socket had read when what it had asked so far was answered. */
  answered: number;
  /** Requests, or messages of a WebSocket, under way. */
  open: number;
  /** Answers that wait for others on the same socket, because the client sent its next request before it had the answer. */
  queued: Set<ServerResponse> | undefined;
  /** Bytes waiting to be taken when they last became fewer, and when that was. */
  unsent: number;
  movedAt: number;
}

/**
 * Bounds what clients make the process hold for them in buffers: with half requests, large bodies whose operations
 * wait, half messages, and answers that they do not read. Each has its own limit; this is the limit for all of them.
 */
export class HeldBytes {
  readonly #connections = new Map<Socket, Connection>();
  readonly #timer: NodeJS.Timeout;
  #lookedAt = 0;
  #writtenSince = 0;
  /** One function for all responses, which Node calls with the response as `this`. */
  readonly #onClose: (this: ServerResponse) => void;

  constructor(
    server: Server,
    private readonly limits: HeldLimits,
  ) {
    server.maxConnections = limits.maxConnections;
    const connections = this.#connections;
    this.#onClose = function () {
      const { socket } = this.req;
      const connection = connections.get(socket);
      if (!connection) return;
      connection.queued?.delete(this);
      if (--connection.open === 0) connection.answered = socket.bytesRead;
    };
    server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, {
        answered: 0,
        open: 0,
        queued: undefined,
        unsent: 0,
        movedAt: performance.now(),
      });
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** A request whose bytes count as held until it is answered. */
  track({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (!connection) return;
    if (++connection.open > 1) (connection.queued ??= new Set()).add(response);
    if (performance.now() - this.#lookedAt > MIN_INTERVAL_MS) this.#look();
    response.on('close', this.#onClose);
  }

  /**
   * An answer was written. Equal requests may be answered all at once, so the next look may come too late.
   * @param bytes the answer's length
   */
  written(bytes: number): void {
    this.#writtenSince += bytes;
    if (this.#writtenSince > this.limits.maxHeldBytes * WRITTEN_SHARE) this.#look();
  }

  /** A WebSocket's message arrived whole: what it had sent so far is no longer in a buffer. */
  received({ socket }: IncomingMessage): void {
    const connection = this.#connections.get(socket);
    if (connection) connection.answered = socket.bytesRead;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    this.#lookedAt = now;
    this.#writtenSince = 0;
    let total = 0;
    const large: { socket: Socket; held: number }[] = [];
    for (const [socket, connection] of this.#connections) {
      let unsent = socket.writableLength;
      if (connection.queued)
        for (const response of connection.queued) if (!response.socket) unsent += response.writableLength;
      if (unsent === 0 || unsent < connection.unsent) connection.movedAt = now;
      connection.unsent = unsent;
      if (now - connection.movedAt > STALLED_MS) {
        socket.destroy();
        continue;
      }
      const held = socket.bytesRead - connection.answered + unsent;
      total += held;
      if (held > SMALL_BYTES) large.push({ socket, held });
    }
    if (total <= this.limits.maxHeldBytes) return;
    large.sort((a, b) => b.held - a.held);
    for (const { socket, held } of large) {
      if (total <= this.limits.maxHeldBytes) return;
      socket.destroy();
      total -= held;
    }
  }
}
