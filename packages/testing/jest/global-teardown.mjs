export default async function globalTeardown() {
  // What test files share that ran in this process, such as the shop (e2e/harness/open-shop.ts).
  for (const close of globalThis[Symbol.for('cartograph.tests.atEnd')] ?? []) await close();
  await globalThis.cartographTestBroker?.close();
}
