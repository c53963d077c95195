import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A subscription as the upstream got it. */
export interface UpstreamSubscription {
  readonly id: string;
  readonly payload: {
    readonly query: string;
    readonly variables: Record<string, unknown>;
    readonly extensions: { readonly headers: Record<string, string> };
  };
  /** The message as it came. */
  readonly text: string;
  readonly socket: WebSocket;
  isOpen: boolean;
}

/** The WebSocket side of a subgraph, message by message, so that it can misbehave. Use it by SUBGRAPH_WS. */
export interface RawUpstream {
  readonly url: string;
  readonly sockets: Set<WebSocket>;
  /** Sockets that have ever been opened. */
  opened: number;
  readonly subscriptions: UpstreamSubscription[];
  open(): UpstreamSubscription[];
  /** How it takes `connection_init`. */
  greets: 'ack' | 'silence' | 'refusal';
  /** How it takes `subscribe`. */
  onSubscribe: ((subscription: UpstreamSubscription) => void) | undefined;
  next(subscription: UpstreamSubscription, data: unknown): void;
  error(subscription: UpstreamSubscription, code: string): void;
  close(): Promise<void>;
}

export async function startRawUpstream(): Promise<RawUpstream> {
  const server = createServer();
  const webSockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
  const upstream: Omit<RawUpstream, 'url'> = {
    sockets: new Set(),
    opened: 0,
    subscriptions: [],
    open: () => upstream.subscriptions.filter(({ isOpen }) => isOpen),
    greets: 'ack',
    onSubscribe: undefined,
    next: ({ id, socket }, data) => socket.send(JSON.stringify({ id, type: 'next', payload: { data } })),
    error(subscription, code) {
      subscription.isOpen = false;
      const payload = [{ message: `Refused: ${code}`, extensions: { code } }];
      subscription.socket.send(JSON.stringify({ id: subscription.id, type: 'error', payload }));
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of upstream.sockets) socket.terminate();
        webSockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  webSockets.on('connection', (socket) => {
    upstream.opened++;
    upstream.sockets.add(socket);
    socket.on('close', () => {
      upstream.sockets.delete(socket);
      for (const one of upstream.subscriptions) if (one.socket === socket) one.isOpen = false;
    });
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string; id: string; payload: never };
      if (message.type === 'connection_init') {
        if (upstream.greets === 'ack') socket.send('{"type":"connection_ack"}');
        if (upstream.greets === 'refusal') socket.close(4403, 'Forbidden');
      } else if (message.type === 'ping') socket.send('{"type":"pong"}');
      else if (message.type === 'complete') {
        for (const one of upstream.subscriptions) if (one.id === message.id) one.isOpen = false;
      } else if (message.type === 'subscribe') {
        const { id, payload } = message;
        const subscription = { id, payload, text: String(data), socket, isOpen: true };
        upstream.subscriptions.push(subscription);
        upstream.onSubscribe?.(subscription);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(upstream, {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
  });
}
