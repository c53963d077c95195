// Makes a checkout ready to run with Node built-ins only: packages, then generated types, then dist/.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cartograph needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Runs npm or a package's binary and ends this process if it fails. */
function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
const installed = at('node_modules', '.package-lock.json');
if (modified(installed) < modified(at('package-lock.json')) && !followLockFile()) {
  console.log('Installing packages …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/**
 * Brings node_modules up to date without npm if the lock file asks for no package that is missing: switching between
 * branches often changes only the links to our own packages, and `npm ci` takes minutes.
 * @returns whether node_modules now agrees with package-lock.json
 */
function followLockFile() {
  if (!existsSync(installed)) return false;
  // Without the workspaces' own folders, which both files list as well.
  const packagesIn = (file) =>
    Object.entries(JSON.parse(readFileSync(file, 'utf8')).packages).filter(([path]) =>
      /(^|\/)node_modules\//.test(path),
    );
  const wanted = new Map(packagesIn(at('package-lock.json')));
  const present = new Map(packagesIn(installed));
  const isPresent = ([path, { link, optional, version, integrity, resolved }]) => {
    if (link) return existsSync(at(resolved, 'package.json'));
    // Packages for other systems are optional, and are not installed here.
    const found = present.get(path);
    return found ? found.version === version && found.integrity === integrity : Boolean(optional);
  };
  if (![...wanted].every(isPresent)) return false;
  for (const path of present.keys())
    if (!wanted.has(path)) rmSync(at(path), { recursive: true, force: true });
  for (const [path, { link, resolved }] of wanted) {
    if (!link || existsSync(at(path))) continue;
    rmSync(at(path), { force: true });
    symlinkSync(relative(dirname(at(path)), at(resolved)), at(path), 'junction');
  }
  const now = new Date();
  utimesSync(installed, now, now);
  return true;
}

/** Whether what `stamp` remembers differs from the present text of `files`; remembers the present. */
function changed(stamp, files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  const now = hash.digest('hex');
  const file = at('node_modules', '.cache', 'cartograph', stamp);
  if (existsSync(file) && readFileSync(file, 'utf8') === now) return { yes: false, remember() {} };
  return {
    yes: true,
    remember() {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, now);
    },
  };
}

/** All files below a folder whose path ends in one of these, in a steady order. */
function filesBelow(folder, ...endings) {
  if (!existsSync(at(folder))) return [];
  return readdirSync(at(folder), { recursive: true })
    .map((name) => at(folder, name))
    .filter((file) => endings.some((ending) => file.endsWith(ending)) && statSync(file).isFile())
    .sort();
}

const subgraphs = readdirSync(at('subgraphs')).filter((name) =>
  existsSync(at('subgraphs', name, 'schema.graphql')),
);
const documents = filesBelow('client/src', '.graphql');
const schemas = subgraphs.map((name) => at('subgraphs', name, 'schema.graphql'));
if (documents.length > 0) schemas.push(at('schema', 'api.graphql'));
const isGenerated =
  subgraphs.every((name) => existsSync(at('subgraphs', name, 'src', 'generated', 'graphql.ts'))) &&
  documents.every((file) => existsSync(file.replace(/\.graphql$/, '.generated.ts')));
const codegen = changed('codegen', [at('codegen.yml'), ...schemas, ...documents]);
if (codegen.yes || !isGenerated) {
  run(process.execPath, [at('scripts', 'codegen.mjs')]);
  codegen.remember();
}
const { buildAll } = await import('./build.mjs');
await buildAll();

// The storefront, which the gateway serves.
if (existsSync(at('client', 'vite.config.ts'))) {
  const sources = [
    ...['package.json', 'index.html', 'vite.config.ts'].map((name) => at('client', name)),
    ...filesBelow('client/src', ''),
    ...filesBelow('client/public', ''),
  ];
  const client = changed('client', sources);
  if (client.yes || !existsSync(at('client', 'dist', 'index.html'))) {
    run('npm', ['run', '--silent', '--workspace', 'client', 'build', '--', '--logLevel', 'warn']);
    client.remember();
  }
}
