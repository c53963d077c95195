// Leaves jest's own count in .data/test-results.json, for .ci/run and whoever else wants the bare numbers. Several rounds
// of one `npm test` add up: scripts/test.mjs deletes the file first. Seconds of each file say where the time goes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
// Runs on other engines are counted apart, and have files of their own.
const { ENGINES } = process.env;
const file = join(root, '.data', ENGINES ? `test-results.${ENGINES}.json` : 'test-results.json');

export default class ResultsReporter {
  onRunComplete(_contexts, results) {
    const before = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0, brokenSuites: 0, seconds: {} };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({
        passed: before.passed + results.numPassedTests,
        failed: before.failed + results.numFailedTests,
        skipped: before.skipped + results.numPendingTests,
        brokenSuites: before.brokenSuites + results.numRuntimeErrorTestSuites,
        seconds: Object.assign(
          before.seconds,
          ...results.testResults.map(({ testFilePath, perfStats }) => ({
            [relative(root, testFilePath)]: (perfStats.end - perfStats.start) / 1000,
          })),
        ),
      }),
    );
  }
}
