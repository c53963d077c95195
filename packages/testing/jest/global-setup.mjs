// Once per jest run: a broker that starts a store when the first suite asks for it, so that a run of pure tests
// starts none. ENGINES chooses servers of other versions (packages/testing/src/engines.ts). It lives in jest's own process; suites reach it by the address in CARTOGRAPH_TEST_BROKER.
import { startBroker } from './broker.mjs';

export default async function globalSetup() {
  const { ENGINES } = process.env;
  if (ENGINES) {
    const { prepareEngines } = await import('../dist/engines.js');
    const { env, description } = await prepareEngines(ENGINES);
    Object.assign(process.env, env);
    process.stdout.write(`On ${description}\n`);
  }
  const broker = await startBroker();
  process.env.CARTOGRAPH_TEST_BROKER = broker.url;
  globalThis.cartographTestBroker = broker;
}
