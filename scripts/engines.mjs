// Downloads newer servers for tests from Debian's newer suites: `npm run engines -- debian-sid`. Prints their versions. Tests run on them with `ENGINES=debian-sid npm test -- packages/events`; see docs/engines.md.
import { ENGINE_SETS, prepareEngines } from '../packages/testing/dist/engines.js';

const names = process.argv.slice(2);
if (names.length === 0) {
  console.error(`Expected one or more of ${Object.keys(ENGINE_SETS).join(', ')}, got none.`);
  process.exit(1);
}
for (const name of names) {
  try {
    console.log((await prepareEngines(name)).description);
  } catch (error) {
    console.error(`${name} is not available here: ${error.message}`);
    process.exitCode = 1;
  }
}
