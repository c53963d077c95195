import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { lineOf, LONG_TESTS, WHOLE_SHOP_LINES } from '../../packages/testing/jest/long-tests.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

it('should name only test files and folders that exist', () => {
  const ofLines = WHOLE_SHOP_LINES.flatMap(({ paths }) => paths);
  expect([...LONG_TESTS, ...ofLines].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('should put each story of the whole shop in one line', () => {
  const names = ['e2e/storefront/shop.test.ts', 'e2e/admin/admin.test.ts', 'gateway/tests/oracle.test.ts'];
  expect(names.map((name) => lineOf(name)?.name)).toEqual(['storefront', 'shop', undefined]);
});
