import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('../../scripts/proof/exhaustion.mjs', import.meta.url));

it('survives every attack with the memory of its pod, and refuses none of its other clients', async () => {
  // It fails where the resident set reaches 80 % of the limit, or where a request of another client fails.
  const args = ['--minutes', '0.5', '--sockets', '200', '--any-latency'];
  const { stdout } = await promisify(execFile)(process.execPath, [script, ...args]);
  expect(stdout).toMatch(/slow readers: \d+ MiB/);
  expect(stdout).toMatch(/^Passed\.$/m);
}, 300_000);
