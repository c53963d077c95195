// `npm run proof:exhaustion [-- --minutes 10]`: tries to exhaust a gateway that runs as in Kubernetes, with the
// heap and the memory limit of k8s/base/gateway. During the attacks, one after another, a client keeps sending known
// operations. It passes if the process survives, its resident set stays below 80 % of the limit, no request of the client
// fails, and the client's p99 stays below three times its usual value, which is measured first: while others, as many as the
// attacker may be, send ordinary requests. `--any-latency` leaves that out, as a short run must. `--only "slow readers"`
// runs the attacks whose names contain that. Linux only: memory is read from /proc.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { request } from 'undici';
import { parse as parseYaml } from 'yaml';
import { sdlOf } from './exhaustion/subgraph.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    sockets: { type: 'string', default: '1000' },
    only: { type: 'string', default: '' },
    'any-latency': { type: 'boolean', default: false },
  },
});
const seconds = Number(values.minutes) * 60;
const sockets = Number(values.sockets);
if (!(seconds > 0) || !(sockets > 0)) {
  console.error('--minutes and --sockets must be numbers above 0.');
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { container, limitMiB } = readDeployment();
const folder = mkdtempSync(join(tmpdir(), 'cartograph-exhaustion-'));
const children = [];
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

function readDeployment() {
  const file = join(root, 'k8s/base/gateway/deployment.yaml');
  const [one] = parseYaml(readFileSync(file, 'utf8')).spec.template.spec.containers;
  const [, size, unit] = /^(\d+)(Mi|Gi)$/.exec(one.resources.limits.memory);
  return { container: one, limitMiB: Number(size) * (unit === 'Gi' ? 1024 : 1) };
}

async function startSubgraph(name) {
  const child = fork(join(root, 'scripts/proof/exhaustion/subgraph.mjs'), [name], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { name, url: String(line).trim(), typeDefs: parse(sdlOf(name)) };
}

async function startGateway() {
  const subgraphs = await Promise.all(['users', 'reviews'].map(startSubgraph));
  const { supergraphSdl, errors } = composeServices(subgraphs);
  if (errors) throw new Error(errors.join('\n'));
  const file = join(folder, 'supergraph.graphql');
  writeFileSync(file, supergraphSdl);
  const memory = container.env.filter(({ name }) => name === 'NODE_OPTIONS' || name.startsWith('MALLOC_'));
  const child = spawn(process.execPath, [join(root, 'gateway/dist/main.js')], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      ...Object.fromEntries(memory.map(({ name, value }) => [name, value])),
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      SUPERGRAPH_FILE: file,
      TRUSTED_PROXIES: '1',
    },
  });
  children.push(child);
  child.errors = '';
  child.stderr.on('data', (chunk) => (child.errors = (child.errors + chunk).slice(-4_000)));
  const [{ port }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error(`The gateway did not start:\n${child.errors}`);
    }),
  ]);
  return { child, port };
}

const memoryOf = ({ pid }) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const sort = (list) => list.sort((a, b) => a - b);
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const KNOWN = [
  '{ users { id } }',
  'query Nested { users { id name reviews { id body author { id name } } } }',
  'query ($text: String) { echo(text: $text) }',
];
/** Sends 20 requests a second until `isOver`, and records each with the current attack. */
async function askAsAClient(port, isOver, note) {
  const waiting = new Set();
  for (let n = 0; !isOver(); n++) {
    const startedAt = performance.now();
    const one = request(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
      body: JSON.stringify({ query: KNOWN[n % KNOWN.length], variables: { text: String(n % 7) } }),
    })
      .then(async ({ body }) => note(performance.now() - startedAt, /^\{"data"/.test(await body.text())))
      .catch(() => note(performance.now() - startedAt, false))
      .finally(() => waiting.delete(one));
    waiting.add(one);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await Promise.all(waiting);
}

const { child: gateway, port } = await startGateway();
let hasEnded = false;
gateway.once('exit', () => (hasEnded = true));
let phase = 'warming';
let peak = 0;
const byAttack = new Map();
const watch = setInterval(() => {
  if (hasEnded) return;
  const memory = memoryOf(gateway);
  peak = Math.max(peak, memory);
  if (byAttack.has(phase)) byAttack.get(phase).memory = Math.max(byAttack.get(phase).memory, memory);
}, 200);
const note = (milliseconds, isAnswered) => {
  const one = byAttack.get(phase);
  if (!one) return;
  one.latencies.push(milliseconds);
  if (!isAnswered) one.failed++;
};

const controlSeconds = Math.max(2, Math.min(60, seconds / 6));
phase = 'warming';
const warmUntil = Date.now() + Math.min(3, controlSeconds) * 1000;
await askAsAClient(port, () => Date.now() > warmUntil, note);

let isOver = false;
const attacker = fork(
  join(root, 'scripts/proof/exhaustion/attacks.mjs'),
  [JSON.stringify({ port, seconds, controlSeconds, sockets, only: values.only })],
  { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
);
children.push(attacker);
// The gateway is measured, not the machine's cores, so the attacker gets a low priority.
spawn('renice', ['-n', '19', '-p', String(attacker.pid)], { stdio: 'ignore' });
attacker.on('message', ({ begins, isControl, ended, counts }) => {
  if (begins) {
    byAttack.set(begins, { latencies: [], failed: 0, memory: 0, isControl });
    phase = begins;
  }
  if (ended) {
    const { latencies, failed, memory } = byAttack.get(ended);
    const p99 = quantile(sort([...latencies]), 0.99);
    const answers = Object.entries(counts)
      .map(([answer, count]) => `${answer} ${count}`)
      .join(', ');
    console.log(
      `${ended}: ${Math.round(memory)} MiB, the client's p99 ${p99?.toFixed(1)} ms, ${failed} of ${latencies.length} failed; answers: ${answers}`,
    );
  }
});
attacker.once('exit', () => (isOver = true));
await askAsAClient(port, () => isOver || hasEnded, note);
clearInterval(watch);

const phases = [...byAttack.values()];
const [usual, attacked] = [true, false].map((isControl) =>
  sort(phases.filter((one) => one.isControl === isControl).flatMap(({ latencies }) => latencies)),
);
const before = quantile(usual, 0.99);
const during = quantile(attacked, 0.99);
const failed = phases.reduce((sum, one) => sum + one.failed, 0);
console.log(
  `p99 ${before.toFixed(1)} ms as usual (${usual.length} requests), ${during.toFixed(1)} ms during the attacks (${attacked.length} requests, ${failed} failed): ${(during / before).toFixed(2)} times.`,
);
console.log(
  `Resident set ${Math.round(peak)} MiB at most, ${Math.round((peak / limitMiB) * 100)} % of ${limitMiB} MiB.`,
);
const faults = [
  ...(hasEnded ? [`The gateway ended:\n${gateway.errors}`] : []),
  ...(peak < 0.8 * limitMiB ? [] : ['The resident set was not below 80 % of the limit.']),
  ...(values['any-latency'] || during < 3 * before
    ? []
    : ["Other clients' p99 was not below three times its usual value."]),
  ...(failed === 0 ? [] : [`${failed} requests of other clients failed.`]),
];
console.log(faults.length === 0 ? 'Passed.' : faults.join('\n'));
process.exit(faults.length === 0 ? 0 : 1);
