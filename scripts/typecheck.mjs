// `npm run typecheck`: checks the services, packages and tests, and the storefront, which has a configuration of its own.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const compiler = join(root, 'node_modules', 'typescript-7', 'bin', 'tsc');

const results = await Promise.all(['tsconfig.json', join('client', 'tsconfig.json')].map(check));
process.exit(Math.max(...results));

function check(project) {
  const child = spawn(process.execPath, [compiler, '--noEmit', '-p', join(root, project)], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
}
