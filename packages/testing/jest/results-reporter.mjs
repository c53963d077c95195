// Leaves Jest's own count and the seconds of each file where scripts/test.mjs wants them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const file = process.env.CARTOGRAPH_TEST_RESULTS ?? join(root, '.data', 'test-results.json');

export default class ResultsReporter {
  onRunComplete(_contexts, results) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({
        passed: results.numPassedTests,
        failed: results.numFailedTests,
        skipped: results.numPendingTests,
        brokenSuites: results.numRuntimeErrorTestSuites,
        seconds: Object.fromEntries(
          results.testResults.map(({ testFilePath, perfStats }) => [
            relative(root, testFilePath),
            (perfStats.end - perfStats.start) / 1000,
          ]),
        ),
      }),
    );
  }
}
