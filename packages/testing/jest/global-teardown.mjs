export default async function globalTeardown() {
  await globalThis.cartographTestBroker?.close();
}
