// `npm run bench:catalogue [-- --products 10000 --seconds 5 --only 'list of 20' --only search --keep FOLDER --profile FOLDER |
// --short]`: what
// pages of the catalogue and changes of a cart cost through the gateway, at 1 and at 50 at once, beside the bare store call
// and a bare HTTP server. On a real mongod (MONGODB_URL) or in the embedded document store. Each number of products gets a
// section of results/catalogue.md. `--keep` keeps the imported shop in a folder for the next run, `--profile` leaves a CPU
// profile of each service there and writes nothing else. Needs Linux.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { cpus, tmpdir } from 'node:os';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { startStack } from '../packages/launcher/dist/stack.js';
import { createCases, openCarts } from './catalogue/cases.mjs';
import { openCatalogue } from './catalogue/import.mjs';
import { keepSection, peerOf } from './catalogue/report.mjs';
import { cpuOf, memoryOf } from './support/processes.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..');
const { values: options } = parseArgs({
  options: {
    products: { type: 'string' },
    seconds: { type: 'string' },
    only: { type: 'string', multiple: true },
    keep: { type: 'string' },
    profile: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
});
const mongodbUrl = process.env['MONGODB_URL'];
const hasMongod = Boolean(mongodbUrl) || spawnSync('mongod', ['--version'], { stdio: 'ignore' }).status === 0;
const count = Number(options.products ?? (options.short ? 300 : 100_000));
const seconds = Number(options.seconds ?? (options.short ? 0.3 : 5));
const store = hasMongod ? 'MongoDB' : 'the embedded document store';
const folder = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
const closers = [() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })];
if (!hasMongod)
  console.log(
    'No mongod here: what MongoDB itself costs is left out. All figures are those of the embedded document store, which ' +
      'is for development and runs in Node; for MongoDB’s set MONGODB_URL.',
  );

const services = ['gateway', 'users', 'products', 'cart'];
const WARM_UP_S = 8;
const IDLE_S = 3;
const measured = ['gateway', 'products', 'cart', 'mongodb', 'redis'];

/** Runs a program of this benchmark and answers the JSON it prints. */
function run(script, argument) {
  const child = spawn(process.execPath, [join(here, 'catalogue', script), argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let result;
    createInterface({ input: child.stdout }).on('line', (line) => (result = JSON.parse(line)));
    child.on('close', (code) =>
      result ? resolve(result) : reject(new Error(`${script} ended with ${code}`)),
    );
  });
}

async function startBareServer(bytes) {
  const child = spawn(process.execPath, [join(here, 'catalogue', 'bare-server.mjs'), String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closers.push(() => child.kill('SIGKILL'));
  const [line] = await new Promise((resolve) => child.stdout.once('data', (data) => resolve([String(data)])));
  return { pid: child.pid, url: `http://127.0.0.1:${JSON.parse(line).port}/` };
}

let files = 0;
const inFile = (value) => {
  const file = join(folder, `run-${(files += 1)}.json`);
  writeFileSync(file, JSON.stringify(value));
  return file;
};

/** Runs `work` and says what CPU each of the processes used meanwhile, per call. */
async function withCpu(pids, work) {
  const before = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuOf({ pid })]));
  const result = await work();
  const cpu = Object.fromEntries(
    Object.entries(pids).map(([name, pid]) => [name, (cpuOf({ pid }) - before[name]) / result.count]),
  );
  return { ...result, cpu };
}

/** Empties the cache of single products, so that each is asked of the store once more. */
async function forgetProducts(redisUrl) {
  const redis = new Redis(redisUrl);
  for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', 'product:*', 'COUNT', 1_000);
    if (keys.length > 0) await redis.del(keys);
    cursor = next;
  }
  redis.disconnect();
}

async function ask(stack, query, variables = {}) {
  const response = await fetch(`${stack.url('gateway')}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const fixed = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
const total = (cpu) => Object.values(cpu).reduce((sum, value) => sum + value, 0);

async function main() {
  let mongo = {};
  if (mongodbUrl) {
    const url = new URL(mongodbUrl);
    url.pathname = `/cartograph_bench_${process.pid}`;
    mongo = { MONGODB_URL: url.href };
    closers.push(async () => {
      const client = await MongoClient.connect(url.href);
      await client.db().dropDatabase();
      await client.close();
    });
  }
  const stack = await startStack({
    root,
    services,
    dataDir: options.keep ?? join(folder, 'shop'),
    binDir: join(root, '.data', 'bin'),
    env: {
      PATH: process.env['PATH'],
      SAMPLE_DATA: 'true',
      LOG_LEVEL: 'warn',
      ACCESS_LOG: 'false',
      // Requests that share an answer would make those at once look cheaper than they are.
      SUBGRAPH_DEDUPE: 'false',
      ...(options.profile && {
        NODE_OPTIONS: `--import ${new URL('./support/cpu-profile.mjs', import.meta.url)}`,
        CPU_PROFILE_DIR: resolve(options.profile),
      }),
      ...mongo,
    },
  });
  closers.push(() => stack.stop());
  const mongoUrl = mongo.MONGODB_URL ?? stack.storeUrl('products', 'MONGODB_URL');
  const redisUrl = stack.storeUrl('cart', 'REDIS_URL');
  const ids = await openCatalogue({
    address: mongoUrl,
    ask: (query, variables) => ask(stack, query, variables),
    count,
    folder,
    storeName: store,
  });
  const pids = Object.fromEntries(
    measured.map((name) => [name, stack.pid(name)]).filter(([, pid]) => pid !== undefined),
  );
  const idle = await withCpu(pids, async () => {
    await new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000));
    return { count: IDLE_S };
  });
  const carts = await openCarts((query, variables) => ask(stack, query, variables), ids, 50);
  const wanted = options.only;
  const cases = createCases({ ids, carts }).filter(({ name }) => wanted?.includes(name) ?? true);
  const url = `${stack.url('gateway')}/graphql`;
  const lines = [
    `| what | at once | requests/s | p50 ms | p99 ms | CPU ms a request | ${Object.keys(pids).join(' | ')} | store call, CPU ms | bare HTTP, CPU ms | Vendure, CPU ms | times ahead |`,
    `| --- | ---: | ---: | ---: | ---: | ---: | ${Object.keys(pids)
      .map(() => '---:')
      .join(' | ')} | ---: | ---: | ---: |`,
  ];
  for (const { name, bodies, floor, once, isForgotten } of cases) {
    const answer = await (
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: bodies[0] })
    ).text();
    if (/"errors":/.test(answer)) throw new Error(`${name}: ${answer.slice(0, 500)}`);
    const bare = await startBareServer(Buffer.byteLength(answer));
    const peer = peerOf(name, count);
    // A request that can be made once only is taken from what is left of them.
    let left = bodies;
    const send = async (load) => {
      if (isForgotten) await forgetProducts(redisUrl);
      const result = await run('load.mjs', inFile({ url, bodies: left, once, ...load }));
      if (once && !isForgotten) left = left.slice(result.count);
      return result;
    };
    // Services run for weeks: what V8 does with code that it sees for the first time is not measured.
    await send({
      connections: 10,
      seconds: options.short ? 0.1 : WARM_UP_S,
      ...(once && { most: isForgotten ? left.length : left.length / 3 }),
    });
    for (const connections of [1, 50]) {
      const most = connections === 1 && !isForgotten ? left.length / 3 : left.length;
      const load = { connections, seconds, ...(once && { most }) };
      const result = await withCpu(pids, () => send(load));
      const http = await withCpu({ bare: bare.pid }, () =>
        run('load.mjs', inFile({ url: bare.url, bodies: left, connections, seconds })),
      );
      const call = { ...floor, concurrency: connections, seconds, mongoUrl, redisUrl };
      const stores = Object.fromEntries(Object.entries(pids).filter(([name]) => /mongodb|redis/.test(name)));
      const direct = await withCpu(stores, () => run('store-calls.mjs', inFile(call)));
      const directCpu = total(direct.cpu) + direct.ownCpuMs / direct.count;
      const note = result.failures > 0 ? ` (${result.failures} failed: ${result.sample})` : '';
      lines.push(
        `| ${name}${note} | ${connections} | ${fixed(result.count / result.elapsed, 0)} | ${fixed(result.p50, 1)} | ${fixed(result.p99, 1)} | **${fixed(total(result.cpu), 2)}** | ${Object.values(
          result.cpu,
        )
          .map((value) => fixed(value, 2))
          .join(
            ' | ',
          )} | ${fixed(directCpu, 2)} | ${fixed(http.cpu.bare, 2)} | ${fixed(peer, 1)} | ${peer ? fixed(peer / total(result.cpu), 1) : ''} |`,
      );
      console.log(lines.at(-1));
    }
  }
  const memory = [...services, 'mongodb', 'redis']
    .filter((name) => stack.pid(name) !== undefined)
    .map((name) => `${name} ${memoryOf({ pid: stack.pid(name) }).toFixed(0)} MiB`);
  const text = `${seconds} s a run after ${WARM_UP_S} s of the same at 10 at once, Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 2).join(' ')} after it.

${lines.join('\n')}

CPU without any request, included above, in ms a second: ${Object.entries(idle.cpu)
    .map(([name, value]) => `${name} ${value.toFixed(0)}`)
    .join(', ')}.

Memory (resident) after the runs: ${memory.join(', ')}.
`;
  console.log(`\n${text}`);
  if (options.short || wanted || options.profile)
    return console.log(
      'A run that is short, profiled, or of some cases only is no measurement: nothing is written.',
    );
  keepSection(join(here, 'results', 'catalogue.md'), `${count} products in ${store}`, text);
}

try {
  await main();
} finally {
  for (const close of closers.reverse()) await close();
}
