// Runs the tests: `npm test`, `npm test -- subgraphs/orders -t 'some name'`, `npm run test:all`.
// Without paths there are two rounds side by side, each in a Jest of its own: the parts in two worker processes, and the
// stories of the whole shop one after another in one process, where they share a shop and a browser.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cpuSecondsOfTree } from '../packages/testing/jest/cpu-time.mjs';
import { LONG_TESTS, WHOLE_SHOP } from '../packages/testing/jest/long-tests.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const began = performance.now();
const { flags, given } = parse(process.argv.slice(2));

/** Runs on other engines and of long tests are counted apart (.ci/run adds them up). */
const kind = process.env.ENGINES ?? (flags.has('--only-long') ? 'long' : undefined);
const resultsFile = join(root, '.data', kind ? `test-results.${kind}.json` : 'test-results.json');
mkdirSync(dirname(resultsFile), { recursive: true });
rmSync(resultsFile, { force: true });

const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });

const statuses = await Promise.all(chooseRounds().map(runJest));
const results = addUp(chooseRounds().map(({ name }) => partFile(name)));
results.wallSeconds = (performance.now() - began) / 1000;
results.cpuSeconds = cpuSecondsOfTree();
writeFileSync(resultsFile, JSON.stringify(results));
const cpu = results.cpuSeconds > 0 ? `, ${results.cpuSeconds.toFixed(0)} s of processor time` : '';
console.log(
  `${results.passed} passed, ${results.failed + results.brokenSuites} failed` +
    ` (${results.wallSeconds.toFixed(0)} s on ${availableParallelism()} processors${cpu})`,
);
process.exit(Math.max(...statuses));

function parse(args) {
  const own = ['--all', '--only-long'];
  return {
    flags: new Set(args.filter((arg) => own.includes(arg))),
    given: args.filter((arg) => !own.includes(arg)),
  };
}

function chooseRounds() {
  if (given.length > 0) return [{ name: 'given', args: given }];
  return [
    { name: 'parts', args: ['--maxWorkers=2', ...selectFiles(false)] },
    { name: 'shop', args: ['--runInBand', ...selectFiles(true)], env: { CARTOGRAPH_SHARE_SHOP: 'yes' } },
  ];
}

/** Jest's arguments for the files of a round. It tries a pattern on relative paths too, so none of these is negative. */
function selectFiles(ofWholeShop) {
  const below = (paths) => paths.map((path) => `^${escape(join(root, path))}`);
  const isOfWholeShop = (path) => WHOLE_SHOP.some((start) => path.startsWith(start));
  const ignored = flags.has('--all') || flags.has('--only-long') ? [] : below(LONG_TESTS);
  const wanted = flags.has('--only-long')
    ? below(LONG_TESTS.filter((path) => isOfWholeShop(path) === ofWholeShop))
    : ofWholeShop
      ? below(WHOLE_SHOP)
      : [];
  if (!ofWholeShop) ignored.push(...below(WHOLE_SHOP));
  return [
    ...(wanted.length > 0 ? ['--testPathPatterns', wanted.join('|')] : []),
    ...['--testPathIgnorePatterns', '/node_modules/', '/dist/', ...ignored],
  ];
}

function escape(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function partFile(name) {
  return join(root, '.data', `test-results.part-${name}.json`);
}

function addUp(files) {
  const sum = { passed: 0, failed: 0, skipped: 0, brokenSuites: 0, seconds: {} };
  for (const file of files) {
    if (!existsSync(file)) {
      // Jest ended before it reported.
      sum.brokenSuites += 1;
      continue;
    }
    const part = JSON.parse(readFileSync(file, 'utf8'));
    rmSync(file);
    for (const key of ['passed', 'failed', 'skipped', 'brokenSuites']) sum[key] += part[key];
    Object.assign(sum.seconds, part.seconds);
  }
  return sum;
}

function runJest({ name, args, env = {} }) {
  rmSync(partFile(name), { force: true });
  const child = spawn(
    process.execPath,
    [
      `--import=${pathToFileURL(join(root, 'packages', 'testing', 'jest', 'typescript.mjs'))}`,
      '--no-warnings',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...args,
      // Behind the arguments: jest takes paths that follow for further reporters.
      '--reporters=default',
      '--reporters=./packages/testing/jest/results-reporter.mjs',
    ],
    {
      cwd: root,
      env: { ...process.env, CARTOGRAPH_TEST_RESULTS: partFile(name), ...env },
      // Two Jests that redraw their status lines would spoil each other's: through a pipe they print whole lines.
      stdio: given.length > 0 ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  child.stdout?.pipe(process.stdout, { end: false });
  child.stderr?.pipe(process.stderr, { end: false });
  // A test whose start outlasted its patience may have left something open. The run ends nevertheless, and fails.
  const watch = setInterval(() => {
    if (!existsSync(partFile(name))) return;
    clearInterval(watch);
    setTimeout(() => {
      if (child.exitCode !== null) return;
      console.error(
        'Jest did not end within a minute after its last test, so it was killed: a test left something open.',
      );
      child.kill('SIGKILL');
    }, 60_000).unref();
  }, 1_000);
  return new Promise((resolve) =>
    child.on('close', (code, signal) => {
      clearInterval(watch);
      children.delete(child);
      resolve(signal ? 1 : (code ?? 1));
    }),
  );
}
