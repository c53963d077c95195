import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { compose, startWorld, type TestWorld, until } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway as start } from './support/process.js';
import { shop } from './support/shop.js';

let world: TestWorld | undefined;
afterEach(async () => {
  await killGateways();
  await world?.stop();
  world = undefined;
});

const post = async (port: number, query: string): Promise<unknown> => {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ query }),
  });
  return response.json();
};

describe('the gateway as a process', () => {
  it('serves any supergraph alone, with its pages, and tells who it is', async () => {
    world = await startWorld(shop().definitions);
    const gateway = start(['--supergraph', world.file, '--port', '0']);
    const port = await gateway.port();
    expect(await post(port, '{ topProducts { name inStock } }')).toMatchObject({
      data: { topProducts: [{ inStock: true }, { inStock: true }] },
    });
    const page = async (path: string, accept = 'text/html') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        policy: response.headers.get('content-security-policy'),
        text: await response.text(),
      };
    };
    expect(await page('/')).toMatchObject({
      status: 200,
      text: expect.stringContaining('<code>users</code>'),
    });
    expect(await page('/graphql')).toMatchObject({ status: 200, text: expect.stringContaining('GraphiQL') });
    const graphiql = await page('/graphiql');
    expect(graphiql.text).not.toMatch(/https?:\/\//);
    for (const [, path] of graphiql.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect(await page(path!)).toMatchObject({ status: 200 });
    expect(await page('/graphiql/json.worker.js')).toMatchObject({
      status: 200,
      type: 'text/javascript; charset=utf-8',
    });
    expect(await page('/graphiql/../main.js')).toMatchObject({ status: 404 });
    expect(await page('/graphiql/%2e%2e/main.js')).toMatchObject({ status: 404 });
    expect(await page('/sandbox')).toMatchObject({
      status: 200,
      policy: expect.stringContaining('apollographql.com'),
    });
    expect(await page('/healthz')).toMatchObject({ status: 200 });
    expect(await page('/readyz')).toMatchObject({ status: 200 });
    expect((await page('/metrics')).text).toMatch(
      /cartograph_gateway_operation_duration_seconds_count\{[^}]*kind="query"[^}]*\} 1\n/,
    );
  });

  it('starts with every subgraph down, and without a supergraph says that it is not ready until there is one', async () => {
    world = await startWorld(shop().definitions);
    const sdl = compose(Object.values(world.subgraphs));
    const file = `${world.file}.later`;
    const gateway = start(['--supergraph', file, '--port', '0'], {
      SUPERGRAPH_POLL_MS: '50',
      SUBGRAPH_RETRY_SHARE: '0',
    });
    const port = await gateway.port();
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
    expect(await post(port, '{ me { name } }')).toMatchObject({
      errors: [{ extensions: { code: 'SUPERGRAPH_NOT_LOADED' } }],
    });
    for (const subgraph of Object.values(world.subgraphs)) await subgraph.stop();
    writeFileSync(file, sdl);
    await until(
      async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 200,
      'the gateway to be ready',
    );
    expect(await post(port, '{ me { name } }')).toMatchObject({
      data: { me: null },
      errors: [{ extensions: { service: 'users' } }],
    });
    for (const subgraph of Object.values(world.subgraphs)) await subgraph.restart();
    expect(await post(port, '{ me { name } }')).toEqual({ data: { me: { name: 'Ada' } } });
  });

  it('on SIGTERM answers running requests, asks streams to reconnect, and exits 0', async () => {
    const small = shop();
    world = await startWorld(small.definitions);
    const gateway = start(['--supergraph', world.file, '--port', '0']);
    const port = await gateway.port();
    let closed: { code: number } | undefined;
    const client = createClient({
      url: `ws://127.0.0.1:${port}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: { closed: (event) => (closed = event as { code: number }) },
    });
    client.subscribe(
      { query: 'subscription { tick }' },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await until(() => small.orderEvents.listeners === 1, 'the stream');
    let release = (): void => undefined;
    const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    world.subgraphs['users']!.intercept = () => released;
    const underWay = post(port, '{ me { name } }');
    await until(() => world!.subgraphs['users']!.requests.length === 1, 'the query to be under way');
    gateway.process.kill('SIGTERM');
    await until(() => closed !== undefined, 'the stream to be ended');
    release();
    expect(await underWay).toEqual({ data: { me: { name: 'Ada' } } });
    expect(await gateway.exit).toBe(0);
    expect(closed).toMatchObject({ code: 1001 });
    await client.dispose();
  });

  it('on SIGTERM ends in order when nothing runs, whatever connections are open', async () => {
    world = await startWorld(shop().definitions);
    const gateway = start(['--supergraph', world.file, '--port', '0']);
    const port = await gateway.port();
    const head =
      'POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: 100\r\n';
    const written: readonly (string | Buffer)[] = [
      '',
      'GET /gra',
      head,
      `${head}\r\n{"query":`,
      `${head.replace('content-length: 100', 'transfer-encoding: chunked')}\r\n5\r\n{"que\r\n`,
      `${head}expect: 100-continue\r\n\r\n`,
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
      'GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\n',
      'GET /healthz HTTP/1.1\r\nhost: shop\r\n\r\nGET /hea',
      'GET /graphql HTTP/1.1\r\nhost: shop\r\nupgrade: websocket\r\nconnection: upgrade\r\n',
    ];
    const sockets = await Promise.all(
      written.map(async (text) => {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        if (text.length > 0) await new Promise((resolve) => socket.write(text, resolve));
        return socket;
      }),
    );
    const idle = await Promise.all(
      ['', '{"type":"connection_init"}'].map(async (message) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
        await once(socket, 'open');
        if (message) {
          socket.send(message);
          await once(socket, 'message');
        }
        // It will not answer the close.
        socket.pause();
        return socket;
      }),
    );
    // Everything above has reached the process when a later request has been answered.
    await post(port, '{ me { name } }');
    const exit = once(gateway.process, 'exit');
    gateway.process.kill('SIGTERM');
    // A process that waits for a connection is ended after 9.5 s, with status 1.
    expect(await exit).toEqual([0, null]);
    for (const socket of sockets) socket.destroy();
    for (const socket of idle) socket.terminate();
  });

  it('on SIGTERM ends in order although a client reads nothing of its answer', async () => {
    world = await startWorld(shop().definitions);
    const gateway = start(['--supergraph', world.file, '--port', '0']);
    const port = await gateway.port();
    const users = world.subgraphs['users']!;
    // More than the buffers of both sockets hold.
    users.intercept = () =>
      Promise.resolve({ text: `{"data":{"me":{"name":"${'x'.repeat(16 * 1024 * 1024)}"}}}` });
    const deaf = connect(port, '127.0.0.1');
    deaf.on('error', () => undefined);
    await once(deaf, 'connect');
    const body = '{"query":"{ me { name } }"}';
    deaf.write(
      `POST /graphql HTTP/1.1\r\nhost: shop\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    deaf.pause();
    await until(() => users.requests.length === 1, 'the request');
    expect(await post(port, '{ topProducts { upc } }')).toMatchObject({ data: { topProducts: [{}, {}] } });
    const exit = once(gateway.process, 'exit');
    gateway.process.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    deaf.destroy();
  });

  it.each([
    ['is gone', (gateway: RunningGateway) => void gateway.process.stdout!.destroy()],
    ['reads nothing', (gateway: RunningGateway) => void gateway.process.stdout!.pause()],
  ])('answers, and exits 0 on SIGTERM, when the reader of its log %s', async (_name, leave) => {
    world = await startWorld(shop().definitions);
    const gateway = start(['--supergraph', world.file, '--port', '0']);
    const port = await gateway.port();
    leave(gateway);
    // More log than any pipe holds: half a megabyte.
    const url = `http://127.0.0.1:${port}/graphql?query={__typename}`;
    for (let sent = 0; sent < 1_500; sent += 50)
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const response = await world!.fetch({ path: url, headers: { accept: 'application/json' } });
          expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
        }),
      );
    const exit = once(gateway.process, 'exit');
    gateway.process.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    gateway.process.stdout!.destroy();
  });

  it('names every wrong variable at once and exits 1', async () => {
    const gateway = start([], {
      PORT: 'x',
      MAX_DEPTH: '0',
      SUBGRAPH_URLS: 'users',
      AUTH_JWKS_URL: 'ftp://keys',
    });
    expect(await gateway.exit).toBe(1);
    for (const name of ['PORT', 'MAX_DEPTH', 'SUBGRAPH_URLS', 'AUTH_JWKS_URL'])
      expect(gateway.output()).toMatch(new RegExp(`${name}: expected .+, got ".+"`));
  });

  it('names a flag it does not know', async () => {
    const gateway = start(['--supergraf', 'x']);
    expect(await gateway.exit).toBe(1);
    expect(gateway.output()).toContain('Usage:');
  });

  it('says which port is taken and how to choose another', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const gateway = start(['--supergraph', 'none.graphql', '--port', String(port)]);
    expect(await gateway.exit).toBe(1);
    expect(gateway.output()).toContain(`Port ${port} is taken: set PORT (or --port) to choose another.`);
    taken.close();
  });
});
