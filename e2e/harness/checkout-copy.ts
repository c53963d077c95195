import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LEFT_OUT = new Set(['node_modules', '.git', '.data', 'docs', 'bench', 'k8s', 'coverage']);

/**
 * A copy of this checkout, built as it is, whose files a test may change. Packages are links to those installed here;
 * its own are its own.
 */
export function copyCheckout(): string {
  const copy = mkdtempSync(join(tmpdir(), 'cartograph-checkout-'));
  cpSync(root, copy, { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  for (const folder of ['.', ...workspaces()]) {
    const packages = join(root, folder, 'node_modules');
    if (existsSync(packages)) linkPackages(packages, join(copy, folder, 'node_modules'));
  }
  return copy;
}

const workspaces = () =>
  ['packages', 'subgraphs']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .concat('gateway', 'client');

function linkPackages(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name.startsWith('.')) continue;
    if (name !== '@cartograph') symlinkSync(join(from, name), join(to, name));
    else {
      mkdirSync(join(to, name));
      for (const own of readdirSync(join(from, name)))
        symlinkSync(readlinkSync(join(from, name, own)), join(to, name, own));
    }
  }
}
