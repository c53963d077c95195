import { type Client, createClient } from 'graphql-ws';
import { markNumbers, replaceMarked, unmarkNumbers } from '../json/exact-number.js';
import { type JsonObject, withoutByteOrderMark } from '../json/json.js';
import { PatientSocket } from './patient-socket.js';

/** What goes into an upstream subscribe message. */
export interface UpstreamRequest {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: JsonObject;
  /** The headers the operation would have carried over HTTP; they go into `extensions.headers`. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface UpstreamSink {
  /** The subgraph has accepted the connection, and the subscription is sent. */
  opened(): void;
  next(payload: { data?: unknown; errors?: unknown }): void;
  /** The subgraph refused or failed the operation itself. */
  failed(errors: readonly unknown[]): void;
  /** The connection was lost, or could not be made. */
  lost(reason: string): void;
  complete(): void;
}

/** Milliseconds an idle socket stays open after its last stream ended. */
const LINGER_MS = 500;
const KEEP_ALIVE_MS = 15_000;

export interface UpstreamSocketOptions {
  /** How long a subgraph may take to accept a connection. */
  readonly connectTimeoutMs: number;
  /** A larger message ends the connection. */
  readonly maxMessageBytes: number;
}

/** One multiplexed graphql-ws connection to one subgraph, opened for the first stream and closed after the last. */
export class UpstreamSocket {
  readonly #client: Client;

  constructor(
    readonly url: string,
    connectionParams: Readonly<Record<string, unknown>> | undefined,
    { connectTimeoutMs, maxMessageBytes }: UpstreamSocketOptions,
    /** Called when the last stream has ended and the connection is closed. */
    idle: () => void,
  ) {
    const noteMarks = (areMarked: boolean): void => {
      this.#hasMarkedNumbers = areMarked;
    };
    this.#client = createClient({
      url,
      webSocketImpl: class extends PatientSocket {
        constructor(address: string, protocols: string[]) {
          super(address, protocols, { handshakeTimeout: connectTimeoutMs, maxPayload: maxMessageBytes });
        }

        // The client's own JSON would change numbers that a double cannot hold, in variables and in events.
        override send(data: string): void {
          super.send(unmarkNumbers(data));
        }

        override receive(data: unknown, isBinary: unknown): void {
          if (isBinary === true || !Buffer.isBuffer(data)) return super.receive(data, isBinary);
          const received = data.toString();
          const text = withoutByteOrderMark(received);
          const marked = markNumbers(text);
          noteMarks(marked !== text);
          super.receive(marked === received ? data : Buffer.from(marked), isBinary);
        }
      },
      // A subgraph that accepts the connection and stays silent is as unavailable as one that accepts none.
      connectionAckWaitTimeout: connectTimeoutMs,
      lazy: true,
      lazyCloseTimeout: LINGER_MS,
      keepAlive: KEEP_ALIVE_MS,
      // Re-subscribing is the stream's own affair: it must ask from its last cursor on.
      retryAttempts: 0,
      ...(connectionParams && { connectionParams: { ...connectionParams } }),
      on: {
        // A subgraph that freezes answers no ping; its streams must move on rather than hang.
        ping: (isReceived) => this.#watchPong(isReceived),
        pong: (isReceived) => {
          if (isReceived) clearTimeout(this.#pongTimer);
        },
        connected: () => {
          this.#isConnected = true;
          for (const opened of this.#connecting) opened();
          this.#connecting.clear();
        },
        closed: () => {
          this.#isConnected = false;
          clearTimeout(this.#pongTimer);
          if (this.#open === 0) idle();
        },
      },
    });
  }

  #open = 0;
  /** Whether the message that is being handled holds exact numbers. */
  #hasMarkedNumbers = false;
  #isConnected = false;
  readonly #connecting = new Set<() => void>();
  #pongTimer: NodeJS.Timeout | undefined;

  #watchPong(isReceived: boolean): void {
    if (isReceived) return;
    clearTimeout(this.#pongTimer);
    this.#pongTimer = setTimeout(() => this.#client.terminate(), KEEP_ALIVE_MS / 2);
    this.#pongTimer.unref();
  }

  /** @returns ends the subscription upstream; the sink hears nothing more */
  subscribe(request: UpstreamRequest, sink: UpstreamSink): () => void {
    let isOpen = true;
    this.#open++;
    const opened = (): void => {
      if (isOpen) sink.opened();
    };
    if (!this.#isConnected) this.#connecting.add(opened);
    const ended = (): void => {
      this.#connecting.delete(opened);
      if (isOpen) this.#open--;
      isOpen = false;
    };
    const end = this.#client.subscribe(
      {
        query: request.query,
        operationName: request.operationName ?? null,
        variables: request.variables,
        extensions: { headers: request.headers },
      },
      {
        next: (payload) => {
          if (!isOpen) return;
          const event = this.#hasMarkedNumbers ? replaceMarked(payload) : payload;
          sink.next(event as { data?: unknown; errors?: unknown });
        },
        error: (error) => {
          if (!isOpen) return;
          ended();
          if (Array.isArray(error)) sink.failed(error);
          else sink.lost(describeLoss(error));
        },
        complete: () => {
          if (!isOpen) return;
          ended();
          sink.complete();
        },
      },
    );
    if (this.#isConnected) opened();
    return () => {
      ended();
      end();
    };
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
}

function describeLoss(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && 'reason' in error)
    return `closed with ${String(error.code)} ${String(error.reason)}`.trim();
  return error instanceof Error ? error.message : 'the connection failed';
}
