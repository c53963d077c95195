// Runs jest with native ES modules: `npm test -- subgraphs/orders -t 'some name'`. Without arguments it runs all, in two
// rounds: first the suites of single parts side by side, then the stories that start the whole shop, one after the other:
// two at a time took 971 s instead of 1,053 on two processors, and made each of them twice as slow.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const WHOLE_SHOP = '^<rootDir>/(e2e|bench)'.replace(
  '<rootDir>',
  root.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
);

const { ENGINES } = process.env;
rmSync(join(root, '.data', ENGINES ? `test-results.${ENGINES}.json` : 'test-results.json'), { force: true });
const given = process.argv.slice(2);
const rounds =
  given.length > 0
    ? [given]
    : [
        ['--testPathIgnorePatterns', '/node_modules/', '/dist/', WHOLE_SHOP],
        ['--maxWorkers=1', '--testPathPatterns', WHOLE_SHOP],
      ];
let child;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child?.kill(signal));

let status = 0;
for (const round of rounds) status = (await runJest(round)) || status;
process.exit(status);

function runJest(args) {
  child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...args,
      // Behind the arguments: jest takes paths that follow for further reporters.
      '--reporters=default',
      '--reporters=./packages/testing/jest/results-reporter.mjs',
    ],
    { cwd: root, stdio: 'inherit' },
  );
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1))));
}
