// `npm run bench:streams`: open streams through the gateway beside a bare graphql-ws server; memory and delivery latency.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { TYPE_DEFS } from './schema.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    sockets: { type: 'string', default: '1000' },
    ticks: { type: 'string', default: '5000' },
  },
});
const streams = Number(options.streams);
const socketCount = Math.min(Number(options.sockets), streams);
const ticks = Number(options.ticks);

const scratch = mkdtempSync(join(tmpdir(), 'cartograph-streams-'));
const children = [];
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const memoryOf = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const now = () => Number(process.hrtime.bigint()) / 1e6;

async function until(condition, what) {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Waited two minutes for ${what}, in vain.`);
}

try {
  const server = spawn(process.execPath, [join(here, 'server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(server);
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const ask = async (command) => {
    server.stdin.write(`${command}\n`);
    return (await lines.next()).value;
  };
  const serverUrl = `http://127.0.0.1:${(await lines.next()).value}/graphql`;

  const { supergraphSdl } = composeServices([{ name: 'ticks', url: serverUrl, typeDefs: parse(TYPE_DEFS) }]);
  const supergraph = join(scratch, 'supergraph.graphql');
  writeFileSync(supergraph, supergraphSdl);
  const port = await freePort();
  const gateway = spawn(
    process.execPath,
    [
      '--max-semi-space-size=64',
      join(here, '../../gateway/dist/main.js'),
      '--supergraph',
      supergraph,
      '--port',
      String(port),
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        LOG_LEVEL: 'error',
        ACCESS_LOG: 'false',
        RATE_LIMIT_PER_MINUTE: '0',
        SHED_LAG_MS: '0',
      },
    },
  );
  children.push(gateway);
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'the gateway',
  );

  async function measure(name, url, pid) {
    const before = memoryOf(pid);
    const latencies = [];
    let received = 0;
    const clients = Array.from({ length: socketCount }, () =>
      createClient({
        url: url.replace('http', 'ws'),
        webSocketImpl: WebSocket,
        lazy: false,
        retryAttempts: 0,
        connectionParams: {},
      }),
    );
    const ends = [];
    for (let channel = 0; channel < streams; channel++) {
      const client = clients[channel % socketCount];
      ends.push(
        client.subscribe(
          {
            query: 'subscription ($channel: Int!) { ticks(channel: $channel) { channel sentAt } }',
            variables: { channel },
          },
          {
            next: ({ data }) => {
              received++;
              latencies.push(now() - data.ticks.sentAt);
            },
            error: (error) => console.error(error),
            complete: () => undefined,
          },
        ),
      );
    }
    await until(async () => Number(await ask('count')) === streams, `${streams} streams`);
    const after = memoryOf(pid);
    for (let tick = 0; tick < ticks; tick++) {
      server.stdin.write(`tick ${(tick * 7919) % streams}\n`);
      // Paced, so that latency is measured and not a queue.
      if (tick % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await until(() => received === ticks, `${ticks} ticks`);
    ends.forEach((end) => end());
    await until(async () => Number(await ask('count')) === 0, 'the streams to end upstream');
    await Promise.all(clients.map((client) => client.dispose()));
    latencies.sort((a, b) => a - b);
    return {
      name,
      before,
      after,
      perStream: ((after - before) * 1024) / streams,
      p50: latencies[Math.floor(ticks / 2)],
      p99: latencies[Math.floor(ticks * 0.99)],
    };
  }

  const rows = [
    await measure('bare graphql-ws server', serverUrl, server.pid),
    await measure('Cartograph gateway', `http://127.0.0.1:${port}/graphql`, gateway.pid),
  ];
  const table = [
    `${streams} open subscriptions, each different, over ${socketCount} sockets; ${ticks} events, about 1,000 a second.`,
    '',
    '| | memory before (MiB) | with all open (MiB) | per stream (KiB) | latency p50 (ms) | p99 (ms) |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.before.toFixed(0)} | ${row.after.toFixed(0)} | ${row.perStream.toFixed(1)} | ${row.p50.toFixed(2)} | ${row.p99.toFixed(2)} |`,
    ),
    '',
    `latency ratio gateway ÷ bare: p50 ${(rows[1].p50 / rows[0].p50).toFixed(1)}, p99 ${(rows[1].p99 / rows[0].p99).toFixed(1)}`,
    '',
  ].join('\n');
  console.log(table);
  mkdirSync(join(here, '../results'), { recursive: true });
  writeFileSync(join(here, '../results/streams.md'), table);
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true });
}
process.exit(0);
