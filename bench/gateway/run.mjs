// `npm run bench:gateway`: gateways side by side over the same four subgraphs. See README.md for what is measured.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { cpuOf, firstLine, freePort, memoryOf, Processes } from '../support/processes.mjs';
import { chart } from './chart.mjs';
import { CONTENDERS, previousBuild } from './contenders.mjs';
import { NESTED, ONE_FIELD } from './operations.mjs';
import { tables } from './table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
    /** MiB of V8's semi-space, the same for everyone; 0 leaves it as Node has it. */
    nursery: { type: 'string', default: '64' },
    only: { type: 'string', multiple: true },
    /** A checkout whose gateway, built there, is measured too. */
    previous: { type: 'string' },
    out: { type: 'string', default: join(here, '../results') },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const connections = Number(options.connections);
const nursery = Number(options.nursery);
const nodeFlags = nursery > 0 ? [`--max-semi-space-size=${nursery}`] : [];
const OPERATIONS = { nested: NESTED, one: ONE_FIELD };

const wanted = options.only;
const unknown = wanted?.filter((name) => !CONTENDERS.some((contender) => contender.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(
    `No contender is called ${unknown.join(' or ')}: choose of ${CONTENDERS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(2);
}
const chosen = [
  ...CONTENDERS.filter(({ name }) => !wanted || wanted.includes(name) || name === 'by hand'),
  ...(options.previous ? [previousBuild(options.previous)] : []),
];
const leftOut = [];
const processes = new Processes();
const scratch = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
process.once('exit', () => rmSync(scratch, { recursive: true }));

/** The contenders' packages are installed here on first use: the shop does not need them. */
function install() {
  if (existsSync(join(here, 'node_modules'))) return true;
  console.log('Installing the contenders into bench/gateway …');
  return (
    spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: here, stdio: 'inherit' })
      .status === 0
  );
}

async function ask(url, query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

async function startContender(contender, subgraphs, supergraph) {
  const port = await freePort();
  const args = contender.args?.({ port, supergraph }) ?? [];
  const child = processes.start(0, [...nodeFlags, contender.script, ...args], {
    PORT: String(port),
    SUPERGRAPH: supergraph,
    SUBGRAPHS: JSON.stringify(subgraphs[contender.federation ?? 2]),
    LOG_LEVEL: 'error',
    ...contender.env,
  });
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}/graphql`;
  for (let attempt = 0; ; attempt++) {
    const response = await ask(url, ONE_FIELD).catch(() => undefined);
    if (response?.data?.users) break;
    if (child.exitCode !== null || attempt > 600)
      throw new Error(child.errors || 'it did not answer for a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { ...contender, url, child, runs: { nested: [], one: [] } };
}

async function measure(contender, operation, duration, expected) {
  const { child, url, sharing } = contender;
  const fetches = await countFetches(contender);
  const before = cpuOf(child);
  const load = processes.start(1, [
    join(here, 'load.mjs'),
    JSON.stringify({
      url,
      query: OPERATIONS[operation],
      connections,
      seconds: duration,
      unique: !sharing,
      expected,
    }),
  ]);
  const result = await firstLine(load);
  return {
    ...result,
    cpuPerRequest: (cpuOf(child) - before) / result.requests,
    fetches: ((await countFetches(contender)) - fetches) / result.requests,
    perSecond: result.requests / duration,
    memory: memoryOf(child),
  };
}

/** The same data by federation 2 and, for who knows nothing else, by federation 1. */
const subgraphProcesses = {
  2: processes.start(1, [join(here, 'start-subgraphs.mjs')]),
  1: processes.start(1, [join(here, 'start-subgraphs.mjs'), '--federation-1']),
};
const subgraphs = {
  2: await firstLine(subgraphProcesses[2]),
  1: await firstLine(subgraphProcesses[1]),
};
/** Requests to subgraphs so far. */
async function countFetches({ federation = 2 }) {
  subgraphProcesses[federation].send('count');
  return (await once(subgraphProcesses[federation], 'message'))[0];
}
const { supergraphSdl, errors } = composeServices(
  Object.entries(subgraphs[2]).map(([name, url]) => ({
    name,
    url,
    typeDefs: parse(readFileSync(join(here, 'subgraphs', `${name}.graphql`), 'utf8')),
  })),
);
if (errors) throw new Error(errors.join('\n'));
const supergraph = join(scratch, 'supergraph.graphql');
writeFileSync(supergraph, supergraphSdl);

const isInstalled = chosen.some((contender) => contender.isInstalled) && install();
const running = [];
for (const contender of chosen) {
  try {
    if (contender.isInstalled && !isInstalled)
      throw new Error('not installed: `npm ci` in bench/gateway failed, see above');
    running.push(await startContender(contender, subgraphs, supergraph));
  } catch (error) {
    leftOut.push(`${contender.name}: ${error.message.trim().split('\n')[0]}`);
    console.log(`Left out: ${leftOut.at(-1)}`);
  }
}
const expected = {};
for (const operation of Object.keys(OPERATIONS))
  expected[operation] = JSON.stringify((await ask(running[0].url, OPERATIONS[operation])).data);

// First a round that does not count; then interleaved, so that what else the machine does falls on all of them.
for (let round = 0; round <= rounds; round++) {
  for (const contender of running) {
    for (const operation of Object.keys(OPERATIONS)) {
      const duration = round === 0 ? Math.min(3, seconds) : seconds;
      const run = await measure(contender, operation, duration, expected[operation]);
      if (round > 0) contender.runs[operation].push(run);
    }
  }
  if (round > 0) console.log(`round ${round} of ${rounds} done`);
}

const { text, results } = tables({ running, leftOut, rounds, seconds, connections, nursery });
console.log(`\n${text}`);
mkdirSync(options.out, { recursive: true });
const file = join(options.out, nursery === 64 ? 'gateway' : `gateway-nursery-${nursery || 'default'}`);
writeFileSync(`${file}.md`, text);
writeFileSync(`${file}.svg`, chart(results));
process.exit(0);
