import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * How long to wait for a request that is still arriving, a WebSocket that is being closed, or a client that reads nothing
 * of its answer.
 */
const GRACE_MS = 400;

export interface Connections {
  /**
   * Stops listening and answers the requests that have arrived. Closes every other connection: after an answer at once,
   * those that sent nothing, a part of a request or an upgrade after a moment, and those that read nothing of an answer.
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
      // Requests that were sent in a row on one connection are all answered.
      if (isClosing && ![...running.values()].some((other) => other.socket === socket)) socket.destroySoon();
    });
  });
  return {
    async close() {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setInterval(() => {
        const busy = new Set<Socket>();
        for (const [response, { complete, socket }] of running) {
          if (!complete) continue;
          busy.add(socket);
          // Node does not count a socket as idle while its client still reads.
          if (response.writableEnded && socket.timeout !== GRACE_MS)
            socket.setTimeout(GRACE_MS, () => socket.destroy());
        }
        for (const socket of sockets) if (!busy.has(socket)) socket.destroy();
      }, GRACE_MS);
      await closed;
      clearInterval(timer);
    },
  };
}
