import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';

const script = fileURLToPath(new URL('client-size.mjs', import.meta.url));

it('should keep the JavaScript of the storefront’s first page within its budget', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  expect(stdout).toMatch(/first page {2}JavaScript +\d+\.\d kB gzipped, of 200 kB/);
  expect([status, stderr]).toEqual([0, '']);
});
