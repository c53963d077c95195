import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { fetch } from 'undici';
import { WebSocket } from 'ws';
import { compose, until } from './support/gateway.js';
import { killGateways, type RunningGateway, startGateway } from './support/process.js';

const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"])
  type Query { event: Event } type Event { cursor: String! status: String! }
  type Subscription { events(after: String): Event! }`;
const script = fileURLToPath(new URL('./support/resumable-subgraph.mjs', import.meta.url));

let folder: string;
let file: string;
let gateway: RunningGateway;
let subgraph: ChildProcess;
let port = 0;
let appended = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'killed-subgraph-'));
  file = join(folder, 'events');
  writeFileSync(file, '');
  await startSubgraph();
  const supergraph = join(folder, 'supergraph.graphql');
  const url = `http://127.0.0.1:${port}/graphql`;
  writeFileSync(supergraph, compose([{ name: 'events', typeDefs: parse(SDL), url }]));
  gateway = startGateway(['--supergraph', supergraph, '--port', '0']);
  await gateway.port();
});
afterAll(async () => {
  await killGateways();
  await killSubgraph();
  rmSync(folder, { recursive: true });
});

async function startSubgraph(): Promise<void> {
  subgraph = fork(script, { env: { ...process.env, PORT: String(port), SDL, EVENTS: file } });
  const [message] = (await once(subgraph, 'message')) as [{ port: number }];
  port = message.port;
}
async function killSubgraph(): Promise<void> {
  const exit = once(subgraph, 'exit');
  subgraph.kill('SIGKILL');
  await exit;
}
function append(count: number): void {
  for (; count > 0; count--) appendFileSync(file, `E${++appended}\n`);
}

/** Follows the stream over HTTP, by server-sent events. */
async function followByHttp(url: string, seen: string[], signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: '{"query":"subscription { events { status } }"}',
    signal,
  });
  let text = '';
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk as Uint8Array).toString('utf8');
    seen.splice(0, seen.length, ...[...text.matchAll(/"status":"(E\d+)"/g)].map(([, status]) => status!));
  }
}

it('should give clients every event once, in order, while the subgraph is killed and started again and again', async () => {
  const url = `http://127.0.0.1:${await gateway.port()}/graphql`;
  const seen = { ws: [] as string[], sse: [] as string[] };
  const ends: unknown[] = [];
  const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  client.subscribe<{ events: { status: string } }>(
    { query: 'subscription { events { status } }' },
    {
      next: ({ data }) => seen.ws.push(data!.events.status),
      error: (error) => ends.push(error),
      complete: () => ends.push('complete'),
    },
  );
  const leave = new AbortController();
  const followed = followByHttp(url, seen.sse, leave.signal).catch((error: unknown) => {
    if (!leave.signal.aborted) ends.push(error);
  });
  const all = () => seen.ws.length >= appended && seen.sse.length >= appended;

  append(2);
  await until(all, 'the first events');
  for (let round = 0; round < 3; round++) {
    append(200);
    // In the middle of them: some have come, surely not all are read yet.
    await until(() => seen.ws.length > appended - 200, 'the first of many');
    await killSubgraph();
    // And what happens while it is dead.
    append(5);
    await startSubgraph();
    await until(all, 'all events', 20_000);
  }
  const expected = Array.from({ length: appended }, (_, index) => `E${index + 1}`);
  expect(seen.ws).toEqual(expected);
  expect(seen.sse).toEqual(expected);
  expect(ends).toEqual([]);
  leave.abort();
  await followed;
  await client.dispose();
}, 60_000);
