// `npm run proof:crash [-- --minutes 30] [--seed N] [--bus redis|rabbitmq]`: the long form of e2e/crash. Round
// after round, customers buy, cancel, pay again and staff ship, while every service and store is killed with SIGKILL and
// restarted; then the shop must settle, and all invariants must hold. A failure names the seed that chose the moments.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    bus: { type: 'string', default: 'redis' },
  },
});
const faults = [
  ...(Number(values.minutes) > 0 ? [] : [`--minutes must be a number above 0, got "${values.minutes}".`]),
  ...(/^\d{1,10}$/.test(values.seed) ? [] : [`--seed must be a whole number, got "${values.seed}".`]),
  ...(['redis', 'rabbitmq'].includes(values.bus)
    ? []
    : [`--bus must be redis or rabbitmq, got "${values.bus}".`]),
];
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const child = spawn(process.execPath, [join(root, 'scripts', 'test.mjs'), 'e2e/crash/crash.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CRASH_MINUTES: values.minutes, CRASH_SEED: values.seed, EVENT_BUS: values.bus },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
