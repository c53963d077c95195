// Which tests are for `npm run test:all` only, and which start the whole shop. Paths from the root; a folder ends in "/".

/** Kept out of `npm test` for how long they take, not for what they find: CI runs them on every change. */
export const LONG_TESTS = [
  // Kill processes under load, again and again, and wait for the shop to come to rest.
  'e2e/crash/crash.test.ts',
  'e2e/never-lost/',
  'packages/launcher/tests/launcher-crash.test.ts',
  'packages/document-store/tests/crash.test.ts',
  'subgraphs/orders/tests/crash-points.test.ts',
  'subgraphs/products/tests/import-crash.test.ts',
  // Compare many random histories with a model.
  'e2e/model/',
  'subgraphs/orders/tests/model.test.ts',
  // Ask for every field of the schema as everybody, and with any input.
  'e2e/whole-schema/',
  // Run two of each service, or replace one after another.
  'e2e/several-processes/',
  'e2e/whole-shop/processes.test.ts',
  'e2e/rolling-deploy/',
  'subgraphs/orders/tests/several-processes.test.ts',
  // Wait for tokens to end.
  'e2e/storefront/live-trouble.test.ts',
  // Start the shop as `npm start` does, again and again.
  'e2e/start-command/',
  // Build a checkout, a new subgraph in it, and test that.
  'scripts/tests/new-subgraph.test.ts',
  // Measure for a moment.
  'gateway/tests/exhaustion.test.ts',
  'bench/gateway/',
  'bench/streams/',
];

/** Run one after another in one process, where they share a shop and a browser (e2e/harness/open-shop.ts). */
export const WHOLE_SHOP = ['e2e/', 'bench/', 'subgraphs/orders/tests/neighbours.test.ts'];
