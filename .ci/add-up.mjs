// Prints the slowest test files, the counts of several runs of scripts/test.mjs, and their sum: `.ci/add-up.mjs default long`.
// Exits with 1 if a run failed or left no results.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const data = join(dirname(fileURLToPath(import.meta.url)), '..', '.data');
const titles = { default: 'npm test', long: 'long tests' };
const runs = process.argv.slice(2).map((kind) => ({
  title: titles[kind] ?? `on ${kind}`,
  ...read(join(data, kind === 'default' ? 'test-results.json' : `test-results.${kind}.json`)),
}));

const seconds = runs.flatMap((run) => Object.entries(run.seconds));
console.log('Slowest test files:');
for (const [file, taken] of seconds.sort(([, a], [, b]) => b - a).slice(0, 15))
  console.log(`${taken.toFixed(1).padStart(8)} s  ${file}`);
for (const { title, passed, failed, wallSeconds } of runs)
  console.log(`${title}: ${passed} passed, ${failed} failed in ${(wallSeconds / 60).toFixed(1)} minutes`);
const sum = (count) => runs.map(count).reduce((one, other) => one + other);
console.log(`${sum((run) => run.passed)} passed, ${sum((run) => run.failed)} failed`);
if (runs.some(({ failed }) => failed > 0)) process.exitCode = 1;

function read(file) {
  try {
    const { passed, failed, brokenSuites, seconds, wallSeconds } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed, failed: failed + brokenSuites, seconds, wallSeconds };
  } catch {
    return { passed: 0, failed: 1, seconds: {}, wallSeconds: 0 };
  }
}
