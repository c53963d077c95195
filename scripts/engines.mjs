// Fetches servers of newer versions for tests, from Debian's newer suites: `npm run engines -- debian-sid`. Prints what
// is there. Tests run on them with `ENGINES=debian-sid npm test -- packages/events`; see docs/engines.md.
import { ENGINE_SETS, prepareEngines } from '../packages/testing/dist/engines.js';

const names = process.argv.slice(2);
if (names.length === 0) {
  console.error(`Which? One or more of ${Object.keys(ENGINE_SETS).join(', ')}.`);
  process.exit(1);
}
for (const name of names) {
  try {
    console.log((await prepareEngines(name)).description);
  } catch (error) {
    console.error(`${name} cannot be had here: ${error.message}`);
    process.exitCode = 1;
  }
}
