// Makes a checkout ready with Node's built-in modules only: installs packages, generates types, builds dist/ and the
// storefront. Each step runs only if its input has changed. scripts/run.mjs says what its script needs: without a flag,
// what running the shop needs; `--dev`, the packages of development as well; `--tool`, only those packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages } from './prepare/packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const needs = process.argv[2];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Cartograph needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

const hasDevelopment = installPackages({ root, development: needs !== undefined });
if (needs === '--tool') process.exit();

const generator = [at('codegen.yml'), at('scripts', 'codegen.mjs')];
// The subgraphs' types are for the compiler only, so a shop runs without them; the storefront's hooks are code.
if (hasDevelopment) {
  const schemas = filesIn('subgraphs', 'schema.graphql');
  inCaseOfChange('codegen-subgraphs', {
    inputs: [...generator, ...schemas, ...filesIn('subgraphs', 'codegen.ts')],
    outputs: schemas.map((file) => join(dirname(file), 'src', 'generated', 'graphql.ts')),
    act: () => run(process.execPath, [at('scripts', 'codegen.mjs'), 'subgraphs']),
  });
}
const documents = filesBelow('client/src', '.graphql');
inCaseOfChange('codegen-client', {
  inputs: [...generator, at('schema', 'api.graphql'), ...documents],
  outputs: documents.map((file) => file.replace(/\.graphql$/, '.generated.ts')),
  act: () => run(process.execPath, [at('scripts', 'codegen.mjs'), 'client']),
});

const { buildAll } = await import('./build.mjs');
await buildAll();

inCaseOfChange('client', {
  inputs: [
    ...['package.json', 'index.html', 'vite.config.ts'].map((name) => at('client', name)),
    ...filesBelow('client/src', ''),
    ...filesBelow('client/public', ''),
  ],
  outputs: [at('client', 'dist', 'index.html')],
  act: () => run('npm', ['run', '--silent', '--workspace', 'client', 'build', '--', '--logLevel', 'warn']),
});

/** Runs npm or a package's binary and ends this process if it fails. */
function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** Acts if the text of an input differs from when this last acted, or if an output is missing. */
function inCaseOfChange(step, { inputs, outputs, act }) {
  const hash = createHash('sha256');
  for (const file of inputs) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  const digest = hash.digest('hex');
  const stamp = at('node_modules', '.cache', 'cartograph', step);
  const isSame = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (isSame && outputs.every((file) => existsSync(file))) return;
  act();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

/** This file of each folder below another, where it exists. */
function filesIn(folder, name) {
  return readdirSync(at(folder))
    .map((each) => at(folder, each, name))
    .filter((file) => existsSync(file));
}

/** All files below a folder whose path ends in this, sorted. */
function filesBelow(folder, ending) {
  return readdirSync(at(folder), { recursive: true })
    .map((name) => at(folder, name))
    .filter((file) => file.endsWith(ending) && statSync(file).isFile())
    .sort();
}
