// Once per jest run: a broker that starts a store when the first suite asks for it, so that a run of pure tests
// starts none. It lives in jest's own process; suites reach it by the address in CARTOGRAPH_TEST_BROKER.
import { startBroker } from './broker.mjs';

export default async function globalSetup() {
  const broker = await startBroker();
  process.env.CARTOGRAPH_TEST_BROKER = broker.url;
  globalThis.cartographTestBroker = broker;
}
