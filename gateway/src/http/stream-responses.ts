import type { ServerResponse } from 'node:http';
import type { StreamSink } from '../subscriptions/member.js';

/** A sink over HTTP, and how to end it from our side. */
export interface HttpStream extends StreamSink {
  /** The gateway shuts down: the client should reconnect. */
  goAway(): void;
}

const HEARTBEAT_MS = 12_000;
const GO_AWAY_MS = 400;
const HEADERS = { 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' };

/** How a format writes what happens on a stream. */
interface Format {
  readonly contentType: string;
  readonly begin: string;
  readonly heartbeat: string;
  next(text: string): string;
  error(text: string): string;
  readonly complete: string;
}

/**
 * Server-sent events in distinct connections mode.
 * @see https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
const SSE: Format = {
  contentType: 'text/event-stream; charset=utf-8',
  begin: ':\n\n',
  heartbeat: ':\n\n',
  next: (text) => `event: next\ndata: ${text}\n\n`,
  error: (errors) => `event: next\ndata: {"errors":${errors}}\n\n`,
  complete: 'event: complete\ndata:\n\n',
};

/**
 * Apollo's multipart protocol for subscriptions.
 * @see https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
const MULTIPART: Format = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  begin: '--graphql',
  heartbeat: '\r\ncontent-type: application/json\r\n\r\n{}\r\n--graphql',
  next: (text) => `\r\ncontent-type: application/json\r\n\r\n{"payload":${text}}\r\n--graphql`,
  error: (errors) =>
    `\r\ncontent-type: application/json\r\n\r\n{"payload":null,"errors":${errors}}\r\n--graphql`,
  complete: '--\r\n',
};

/** The headers of a streamed response. */
export function streamHeaders(kind: 'event-stream' | 'multipart'): Record<string, string> {
  return { ...HEADERS, 'content-type': (kind === 'event-stream' ? SSE : MULTIPART).contentType };
}

/** Begins a streamed response; `left` is called once if the client disconnects before the end. */
export function openHttpStream(
  response: ServerResponse,
  kind: 'event-stream' | 'multipart',
  keepAliveMs: number,
  left: () => void,
): HttpStream {
  const format = kind === 'event-stream' ? SSE : MULTIPART;
  let isOver = false;
  let isBlocked = false;
  let silentBeats = 0;
  const heartbeat = setInterval(
    () => {
      if (response.writableNeedDrain || isOver) {
        // It reads nothing, not even the end: it must not keep what waits for it.
        if (++silentBeats >= 2) response.destroy();
      } else response.write(format.heartbeat);
    },
    Math.min(HEARTBEAT_MS, keepAliveMs / 2),
  );
  const finish = (text: string): void => {
    if (isOver) return;
    isOver = true;
    silentBeats = 0;
    response.end(text);
  };
  const stream: HttpStream = {
    next(text) {
      if (!isOver) isBlocked = !response.write(format.next(text));
    },
    error: (errors) => finish(format.error(JSON.stringify(errors)) + format.complete),
    complete: () => finish(format.complete),
    isBlocked: () => isBlocked,
    // Without the end that the protocol has for a stream that is over: the client tries again.
    goAway() {
      finish('');
      // A client that reads nothing must not hold up the end of the process.
      setTimeout(() => response.destroy(), GO_AWAY_MS).unref();
    },
  };
  response.on('drain', () => {
    isBlocked = false;
    silentBeats = 0;
    stream.drained?.();
  });
  response.on('close', () => {
    clearInterval(heartbeat);
    if (isOver) return;
    isOver = true;
    left();
  });
  response.writeHead(200, streamHeaders(kind));
  response.write(format.begin);
  return stream;
}
