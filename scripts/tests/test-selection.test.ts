import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { LONG_TESTS, WHOLE_SHOP } from '../../packages/testing/jest/long-tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('should name only test files and folders that exist', () => {
  expect([...LONG_TESTS, ...WHOLE_SHOP].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
