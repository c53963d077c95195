import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How long a request that is still arriving, or a WebSocket that is being closed, is waited for. */
const GRACE_MS = 400;

export interface Connections {
  /**
   * Stops listening and answers the requests that have arrived. Closes every other connection: after an answer at once,
   * those that sent nothing, a part of a request or an upgrade after a moment.
   */
  close(): Promise<void>;
}

/**
 * Keeps track of an HTTP server's connections so that it can end. Node's own `close` waits for a connection that never
 * sent a byte, or sent half a request, until it times out.
 */
export function trackConnections(server: Server): Connections {
  const sockets = new Set<Socket>();
  const running = new Map<ServerResponse, IncomingMessage>();
  let isClosing = false;
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    running.set(response, request);
    response.once('close', () => {
      running.delete(response);
      if (isClosing) socket.destroySoon();
    });
  });
  return {
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => {
        const busy = new Set<Socket>();
        for (const request of running.values()) if (request.complete) busy.add(request.socket);
        for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
      }, GRACE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}
