// `npm run proof:engines [-- --engines debian-sid,here] [--fetch] [SUITE…]`: runs suites on this system's servers and on those of
// newer Debian suites, and writes the table of docs/engines.md. `--fetch` only fetches the servers and prints their versions.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINE_SETS, prepareEngines } from '../../packages/testing/dist/engines.js';
import { findRabbitMq } from '../../packages/testing/dist/rabbitmq.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const page = join(root, 'docs', 'engines.md');
/** What depends on an engine: the bus, the outbox behind it, and carts. */
const SUITES = [
  'packages/events',
  'packages/kit/tests/lost-bus',
  'packages/kit/tests/outbox',
  'subgraphs/cart/tests',
];
const HERE = 'here';
const [START, END] = ['<!-- proof:engines -->', '<!-- /proof:engines -->'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engines: { type: 'string' }, fetch: { type: 'boolean' } },
});
const known = [HERE, ...Object.keys(ENGINE_SETS)];
const names = values.engines?.split(',') ?? known;
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`--engines takes ${known.join(', ')}, with commas; got "${unknown.join(',')}".`);
  process.exit(1);
}
const suites = positionals.length > 0 ? positionals : SUITES;

const rows = [];
for (const name of names) {
  let engines;
  try {
    engines = name === HERE ? describeHere() : (await prepareEngines(name)).description;
  } catch (error) {
    console.error(`${name} is not available here: ${error.message}`);
    rows.push([name, suites.join(', '), today(), 'not available here']);
    process.exitCode = 1;
    continue;
  }
  console.log(engines);
  if (!values.fetch) rows.push([engines, suites.join(', '), today(), runTests(name)]);
}
if (!values.fetch) writeTable(rows);

/** The versions of this system's servers. */
function describeHere() {
  const redis = /v=([\d.]+)/.exec(
    spawnSync('redis-server', ['--version'], { encoding: 'utf8' }).stdout ?? '',
  )?.[1];
  const rabbit = /rabbitmq_server-([\d.]+)/.exec(findRabbitMq() ?? '')?.[1];
  return `Redis ${redis ?? 'is missing'}, RabbitMQ ${rabbit ?? 'is missing'} (this system)`;
}

/** Answers the last line of the run. */
function runTests(name) {
  const { ENGINES: _, ...env } = process.env;
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, 'scripts', 'test.mjs'), ...suites, '--maxWorkers=1'],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: name === HERE ? env : { ...env, ENGINES: name },
    },
  );
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(stdout) ?? [];
  if (failed !== '0') process.exitCode = 1;
  return passed === undefined ? 'did not end' : `${passed} passed, ${failed} failed`;
}

/** Replaces the rows of the same engines and suites; the others stay. */
function writeTable(added) {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = text.split(START);
  const [table, after] = rest.split(END);
  const isOf = (row) => (other) => other[0] === row[0] && other[1] === row[1];
  const kept = table
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| engines') && !line.startsWith('| --'))
    .map((line) =>
      line
        .slice(2, -2)
        .split('|')
        .map((cell) => cell.trim()),
    )
    .filter((row) => !added.some(isOf(row)));
  const lines = [
    ['engines', 'suites', 'date', 'result'],
    ['---', '---', '---', '---'],
    ...kept,
    ...added,
  ].map((row) => `| ${row.join(' | ')} |`);
  writeFileSync(page, `${before}${START}\n\n${lines.join('\n')}\n\n${END}${after}`);
  spawnSync(process.execPath, [
    join(root, 'node_modules', 'prettier', 'bin', 'prettier.cjs'),
    '--write',
    page,
  ]);
}

function today() {
  return new Date().toISOString().slice(0, 10);
}
