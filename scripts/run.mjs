// Behind most npm scripts: `node scripts/run.mjs [--dev] FILE ARGS…` prepares the checkout, then runs FILE in this process
// with ARGS. `--dev`: FILE also needs the packages that only development needs. `--tool`: FILE needs those packages, but no
// generated or built code.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const given = process.argv.slice(2);
const flags = given[0]?.startsWith('--') ? [given.shift()] : [];
const [file, ...args] = given;

// In a process of its own, so that what it loads does not stay in memory while FILE runs.
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'prepare.mjs'), ...flags], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

const script = join(root, file);
process.argv.splice(1, process.argv.length, script, ...args);
await import(pathToFileURL(script).href);
