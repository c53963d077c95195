import { createServer, request as send } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Base URLs of the processes behind it; those whose `/readyz` says so get requests. */
  backends: string[];
  /** Whether this one would get requests now. */
  isReady(backend: string): boolean;
  close(): Promise<void>;
}

const PROBE_MS = 100;

/** What a Kubernetes Service and an ingress do: each request and each socket goes to a process that is ready. */
export async function startBalancer(): Promise<Balancer> {
  const ready = new Set<string>();
  let turn = 0;
  const pick = () => {
    const choice = balancer.backends.filter((each) => ready.has(each));
    return choice[turn++ % choice.length];
  };
  const server = createServer((incoming, outgoing) => {
    const backend = pick();
    if (!backend) return void outgoing.writeHead(503).end('{"errors":[{"message":"no backend is ready"}]}');
    const upstream = send(
      new URL(incoming.url ?? '/', backend),
      // A connection of its own: keeping them would be the balancer's business, not what is tested.
      { method: incoming.method, headers: { ...incoming.headers, connection: 'close' }, agent: false },
      (answer) => {
        const { connection: _hop, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else
        outgoing
          .writeHead(502)
          .end(JSON.stringify({ errors: [{ message: `${backend}: ${error.message}` }] }));
    });
    incoming.pipe(upstream);
  });
  // As the services themselves: longer than their clients keep a connection, so that none meets one just being closed.
  server.keepAliveTimeout = 72_000;
  const sockets = new Set<Socket>();
  server.on('upgrade', (request, socket: Socket, head: Buffer) => {
    const backend = pick();
    if (!backend) return void socket.destroy();
    const upstream = connect(Number(new URL(backend).port), '127.0.0.1', () => {
      const headers = request.rawHeaders
        .map((text, index) => (index % 2 === 0 ? `\r\n${text}: ` : text))
        .join('');
      upstream.write(`${request.method} ${request.url} HTTP/1.1${headers}\r\n\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const each of [socket, upstream]) {
      sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        sockets.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  // As the probes of k8s/base/service: a no counts at once here, silence only when it is repeated.
  const silences = new Map<string, number>();
  const probe = setInterval(() => {
    for (const backend of balancer.backends)
      fetch(`${backend}/readyz`, { signal: AbortSignal.timeout(3_000) }).then(
        async ({ ok, body }) => {
          await body?.cancel();
          silences.delete(backend);
          if (ok) ready.add(backend);
          else ready.delete(backend);
        },
        () => {
          const count = (silences.get(backend) ?? 0) + 1;
          silences.set(backend, count);
          if (count >= 2) ready.delete(backend);
        },
      );
  }, PROBE_MS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const balancer: Balancer = {
    url: `http://127.0.0.1:${port}`,
    backends: [],
    isReady: (backend) => ready.has(backend),
    async close() {
      clearInterval(probe);
      for (const socket of sockets) socket.destroy();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return balancer;
}
