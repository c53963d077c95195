// `npm run bench:gateway`: gateways side by side over the same four subgraphs. See README.md for what is measured.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { chart } from './chart.mjs';
import { CONTENDERS } from './contenders.mjs';
import { NESTED, ONE_FIELD } from './operations.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '50' },
    only: { type: 'string' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const connections = Number(options.connections);

if (!existsSync(join(here, 'node_modules'))) {
  console.log('Installing the contenders …');
  spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: here, stdio: 'inherit' });
}
const scratch = mkdtempSync(join(tmpdir(), 'cartograph-bench-'));
const children = new Set();
const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
/** The gateway has core 0 for itself; subgraphs and load share core 1. */
const pinned = (core, command, args) =>
  canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];

const start = (core, args, env = {}) => {
  const [command, rest] = pinned(core, process.execPath, args);
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  child.errors = '';
  child.stderr.on('data', (chunk) => (child.errors = (child.errors + chunk).slice(-2000)));
  children.add(child);
  return child;
};
const firstLine = (child) =>
  new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.once('exit', () => reject(new Error(child.errors)));
  });
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** User and system time of a process in milliseconds; 100 ticks a second on every Linux there is. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
const memoryOf = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function startContender(contender, subgraphs, supergraph) {
  const port = await freePort();
  const args = contender.args?.({ port, supergraph }) ?? [];
  const child = start(0, [...(contender.nodeArgs ?? []), contender.script, ...args], {
    PORT: String(port),
    SUPERGRAPH: supergraph,
    SUBGRAPHS: JSON.stringify(subgraphs[contender.federation === 1 ? 1 : 2]),
    LOG_LEVEL: 'error',
    ...contender.env,
  });
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}/graphql`;
  for (let attempt = 0; ; attempt++) {
    const response = await ask(url, ONE_FIELD).catch(() => undefined);
    if (response?.data?.users) break;
    if (child.exitCode !== null || attempt > 300)
      throw new Error(`${contender.name} did not start: ${child.errors}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { ...contender, url, child, runs: { nested: [], one: [] } };
}

async function ask(url, query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

async function measure(contender, query, secondsLong) {
  const before = cpuOf(contender.child.pid);
  const load = start(1, [
    join(here, 'load.mjs'),
    JSON.stringify({
      url: contender.url,
      query,
      connections,
      seconds: secondsLong,
      unique: !contender.sharing,
    }),
  ]);
  const result = await firstLine(load);
  const cpu = cpuOf(contender.child.pid) - before;
  children.delete(load);
  return {
    ...result,
    cpuPerRequest: cpu / result.requests,
    perSecond: result.requests / secondsLong,
    memory: memoryOf(contender.child.pid),
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const summary = (runs) =>
  Object.fromEntries(
    ['perSecond', 'p50', 'p99', 'cpuPerRequest', 'memory'].map((key) => [
      key,
      median(runs.map((run) => run[key])),
    ]),
  );

try {
  const subgraphs = {
    2: await firstLine(start(1, [join(here, 'start-subgraphs.mjs')])),
    1: await firstLine(start(1, [join(here, 'start-subgraphs.mjs'), '--federation-1'])),
  };
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

  const wanted = options.only?.split(',').map((name) => name.trim());
  const running = [];
  for (const contender of CONTENDERS) {
    if (wanted && !wanted.includes(contender.name)) continue;
    try {
      running.push(await startContender(contender, subgraphs, supergraph));
    } catch (error) {
      console.log(`left out: ${error.message.split('\n')[0]}`);
    }
  }
  const right = {
    nested: JSON.stringify((await ask(running[0].url, NESTED)).data),
    one: JSON.stringify((await ask(running[0].url, ONE_FIELD)).data),
  };
  for (const contender of running) {
    const answer = await ask(contender.url, NESTED);
    contender.isRight = JSON.stringify(answer.data) === right.nested;
    for (const query of [NESTED, ONE_FIELD]) await measure(contender, query, Math.min(3, seconds));
  }
  // Interleaved, so that what else the machine does falls on all of them.
  for (let round = 0; round < rounds; round++) {
    for (const contender of running) {
      contender.runs.nested.push(await measure(contender, NESTED, seconds));
      contender.runs.one.push(await measure(contender, ONE_FIELD, seconds));
    }
    console.log(`round ${round + 1} of ${rounds} done`);
  }

  const lines = [];
  const results = {};
  for (const [key, title] of [
    ['nested', 'Nested query'],
    ['one', 'One-field query'],
  ]) {
    const floor = summary(running[0].runs[key]);
    lines.push(
      '',
      `### ${title}`,
      '',
      '| gateway | CPU a request (ms) | floor ÷ it | requests/s | floor share | p50 (ms) | p99 (ms) | memory (MiB) | answer |',
      '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    );
    results[key] = running.map((contender) => {
      const own = summary(contender.runs[key]);
      const failures = contender.runs[key].reduce((sum, run) => sum + run.failures, 0);
      const note =
        failures > 0 ? `${failures} failed` : key === 'nested' && !contender.isRight ? 'differs' : 'right';
      lines.push(
        `| ${contender.name} | ${own.cpuPerRequest.toFixed(2)} | ${(floor.cpuPerRequest / own.cpuPerRequest).toFixed(2)} | ${own.perSecond.toFixed(0)} | ${(own.perSecond / floor.perSecond).toFixed(2)} | ${own.p50.toFixed(1)} | ${own.p99.toFixed(1)} | ${own.memory.toFixed(0)} | ${note} |`,
      );
      return { name: contender.name, ...own, ratio: floor.cpuPerRequest / own.cpuPerRequest, note };
    });
  }
  const text = `${connections} connections, ${rounds} rounds of ${seconds} s each, medians; gateway on one core.\n${lines.join('\n')}\n`;
  console.log(`\n${text}`);
  const folder = join(here, '..', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'gateway.md'), text);
  writeFileSync(join(folder, 'gateway.svg'), chart(results));
} finally {
  for (const child of children) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true });
}
