// `npm run bench -- streams`: open streams through the gateway beside a bare graphql-ws server; memory, and how long events
// are on their way. See README.md for what is measured.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { cpuOf, firstLine, freePort, memoryOf, Processes } from '../support/processes.mjs';
import { OPERATIONS, PRODUCTS, TICKS } from './schema.mjs';
import { table } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    streams: { type: 'string', default: '10000' },
    /** As many as streams: one stream a socket, as a page has it. */
    sockets: { type: 'string', default: '10000' },
    /** Events of each round, a second, and rounds. */
    events: { type: 'string', default: '3000' },
    rate: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    out: { type: 'string', default: join(here, '../results') },
  },
});
const streams = Number(options.streams);
const sockets = Math.min(Number(options.sockets), streams);
const events = Number(options.events);
const rate = Number(options.rate);
const rounds = Number(options.rounds);

const openFiles = Number(spawnSync('sh', ['-c', 'ulimit -n']).stdout.toString());
if (sockets + 500 > openFiles) {
  console.error(
    `${sockets} sockets need more open files than this shell allows (ulimit -n says ${openFiles}); raise that, or take --sockets ${Math.max(1, Math.floor((openFiles - 500) / 100) * 100)}.`,
  );
  process.exit(2);
}

const processes = new Processes();
const scratch = mkdtempSync(join(tmpdir(), 'cartograph-streams-'));
process.once('exit', () => rmSync(scratch, { recursive: true }));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Sends a message and waits for the answer. */
async function ask(child, message) {
  child.send(message);
  return (await once(child, 'message'))[0];
}
async function until(condition, what) {
  for (let attempt = 0; attempt < 1200; attempt++) {
    if (await condition()) return;
    await pause(100);
  }
  throw new Error(`Waited two minutes for ${what}, in vain.`);
}

// What is measured has core 0; what it talks to and who talks to it, core 1.
const products = processes.start(1, [join(here, 'products.mjs')]);
const productsUrl = await firstLine(products);
const upstream = processes.start(1, [join(here, 'server.mjs')]);
const upstreamUrl = await firstLine(upstream);
const NODE_FLAGS = ['--max-semi-space-size=64'];
const bare = processes.start(0, [...NODE_FLAGS, join(here, 'server.mjs')], { PRODUCTS_URL: productsUrl });
const bareUrl = await firstLine(bare);

const { supergraphSdl, errors } = composeServices([
  { name: 'ticks', url: upstreamUrl, typeDefs: parse(TICKS) },
  { name: 'products', url: productsUrl, typeDefs: parse(PRODUCTS) },
]);
if (errors) throw new Error(errors.join('\n'));
const supergraph = join(scratch, 'supergraph.graphql');
writeFileSync(supergraph, supergraphSdl);
const port = await freePort();
const gateway = processes.start(
  0,
  [
    ...NODE_FLAGS,
    join(here, '../../gateway/dist/main.js'),
    '--supergraph',
    supergraph,
    '--port',
    String(port),
  ],
  {
    LOG_LEVEL: 'error',
    ACCESS_LOG: 'false',
    RATE_LIMIT_PER_MINUTE: '0',
    SHED_LAG_MS: '0',
    MAX_STREAMS: '100000',
  },
);
gateway.stdout.resume();
const isReady = () =>
  fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
await until(() => {
  if (gateway.exitCode !== null) throw new Error(gateway.errors);
  return isReady();
}, 'the gateway');

/** Each server with the process that makes its events and the one that receives them. */
const targets = [
  { name: 'bare graphql-ws server', url: bareUrl, child: bare, source: bare },
  { name: 'Cartograph', url: `http://127.0.0.1:${port}/graphql`, child: gateway, source: upstream },
].map((target) => ({ ...target, clients: processes.start(1, [join(here, 'clients.mjs')]) }));

/** Sends events evenly, ten at a time, and waits for all of them. */
async function run(target) {
  const cpu = cpuOf(target.child);
  const latencies = [];
  const wrong = [];
  let peak = 0;
  const collect = async () => {
    const report = await ask(target.clients, { report: true });
    latencies.push(...report.latencies);
    wrong.push(...report.wrong);
    peak = Math.max(peak, memoryOf(target.child));
    return latencies.length >= events;
  };
  const startedAt = performance.now();
  for (let sent = 0; sent < events;) {
    // A stride that is prime to the number of streams, so that neighbours in time are no neighbours in memory.
    const channels = Array.from(
      { length: Math.min(10, events - sent) },
      (_, index) => ((sent + index) * 7919) % streams,
    );
    target.source.send({ tick: channels });
    sent += channels.length;
    const ahead = (sent / rate) * 1000 - (performance.now() - startedAt);
    if (ahead > 0) await pause(ahead);
  }
  await until(collect, `${events} events through ${target.name}`);
  return { latencies, wrong, peak, cpuPerEvent: (cpuOf(target.child) - cpu) / events };
}

async function compare(operation) {
  const results = [];
  for (const target of targets) {
    const before = memoryOf(target.child);
    const url = target.url.replace('http', 'ws');
    await ask(target.clients, { open: { url, operation, streams, count: sockets } });
    await until(
      async () => (await ask(target.source, {})) === streams,
      `${streams} streams at ${target.name}`,
    );
    // A heartbeat's worth of rest: what opening them left behind may go.
    await pause(Math.min(5_000, streams));
    results.push({ name: target.name, operation, before, open: memoryOf(target.child), runs: [] });
  }
  for (let round = 0; round <= rounds; round++)
    for (const [index, target] of targets.entries()) {
      const measured = await run(target);
      // The first round warms up; its answers count nevertheless.
      if (round > 0 || measured.wrong.length > 0) results[index].runs.push(measured);
    }
  for (const target of targets) {
    await ask(target.clients, { close: true });
    await until(async () => (await ask(target.source, {})) === 0, `the streams at ${target.name} to end`);
  }
  return results;
}

const results = [];
for (const operation of Object.keys(OPERATIONS)) results.push(await compare(operation));
const text = table({ results, streams, sockets, events, rate, rounds });
console.log(`\n${text}`);
mkdirSync(options.out, { recursive: true });
writeFileSync(join(options.out, 'streams.md'), text);
process.exit(0);
