// `npm run proof:rolling-deploy`: the long form of e2e/rolling-deploy. All seven services are replaced, one after another,
// under load, while the same two subscribers stay connected.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const child = spawn(process.execPath, [join(root, 'scripts', 'test.mjs'), 'e2e/rolling-deploy'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ROLL_ALL: 'true' },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
