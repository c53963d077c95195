import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { conversations } from './store-protocols.js';

/** Stands between services and a store and notes each round trip. */
export interface StoreTap {
  /** The store's address, through here. */
  readonly url: string;
  /** What was asked since the last time, an entry for each round trip: the SQL, or the command and what it is about. */
  take(): string[];
  close(): Promise<void>;
}

/** @param address of a Postgres, MongoDB or Redis on this machine, without TLS */
export async function tapStore(address: string): Promise<StoreTap> {
  const url = new URL(address);
  const startConversation = conversations[url.protocol];
  if (!startConversation) throw new Error(`No way to read what is said to ${url.protocol} is known here.`);
  const target = { host: url.hostname, port: Number(url.port) };
  const sockets = new Set<Socket>();
  let seen: string[] = [];

  const server = createServer((client) => {
    const store = createConnection(target);
    const conversation = startConversation();
    client.on('data', (bytes: Buffer) => seen.push(...conversation.sent(bytes)));
    store.on('data', (bytes: Buffer) => conversation.answered(bytes));
    client.pipe(store).pipe(client);
    for (const [socket, other] of [
      [client, store],
      [store, client],
    ] as const) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
