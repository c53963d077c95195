import { createServer, type AddressInfo, type Server } from 'node:net';
import { Cursors } from './commands/cursors.js';
import { Expiry } from './storage/expiry.js';
import { Store } from './storage/store.js';
import { Connection } from './wire/connection.js';

export interface DocumentStoreOptions {
  /** Without it, or with 0, a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Where to keep the data; without it, the data is lost when the process ends. */
  readonly dataDir?: string;
  /** Seconds between two removals of what TTL indexes say has expired; default 1. */
  readonly ttlPauseSeconds?: number;
  readonly logger?: { info(message: string): void; error(message: string): void };
  /** Called once when writes can no longer be made durable; all writes are refused from then on. */
  readonly onFailure?: (error: Error) => void;
}

export interface DocumentStore {
  /** For the official driver. */
  readonly url: string;
  readonly port: number;
  /** Answers all requests received, makes their writes durable and closes the server. */
  close(): Promise<void>;
}

/**
 * Starts the server in this process. `dataDir` undefined = memory only.
 * @throws Error where the port is taken, or the data directory is damaged or in use
 */
export async function startDocumentStore(options: DocumentStoreOptions = {}): Promise<DocumentStore> {
  const { host = '127.0.0.1', port = 0, dataDir, logger } = options;
  const store = new Store({
    dataDir,
    log: (message) => logger?.info(message),
    onFailure: (error) => {
      logger?.error(error.message);
      options.onFailure?.(error);
    },
  });
  const connections = new Set<Connection>();
  const cursors = new Cursors();
  const expiry = new Expiry(store, options.ttlPauseSeconds);
  const serverStart = Date.now();
  let lastConnection = 0;
  const server = createServer((socket) => {
    const context = {
      store,
      cursors,
      expiry,
      serverStart,
      connectionId: (lastConnection += 1),
      openConnections: () => connections.size,
    };
    const connection = new Connection(socket, context, (message) => logger?.info(message));
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  try {
    await listen(server, port, host);
  } catch (error) {
    expiry.stop();
    await store.close();
    throw error;
  }
  const address = server.address() as AddressInfo;
  return {
    url: `mongodb://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...connections].map((connection) => connection.drain()));
      await closed;
      expiry.stop();
      await store.close();
    },
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`port ${port} on ${host} is taken; choose another, or 0 for a free one`)
          : error,
      ),
    );
    server.listen(port, host, resolve);
  });
}
