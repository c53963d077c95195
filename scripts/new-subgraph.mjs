// `npm run new:subgraph NAME` creates a subgraph in the layout that all subgraphs have, and enters it wherever subgraphs are
// listed. docs/adding-a-subgraph.md describes it step by step. `--entity ONE` is the name of one of them; `--dry-run` only
// lists the files.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillIn, fillInCommon, readNames } from './new-subgraph/names.mjs';
import { copies, registrations } from './new-subgraph/registrations.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const read = (file) => readFileSync(at(file), 'utf8');
const templates = at('scripts', 'templates', 'subgraph');

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { entity: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
});

try {
  const names = readNames({
    name: positionals[0],
    entity: options.entity,
    port: nextPort(),
    now: new Date(),
  });
  refuseIfTaken(names);
  const { files, unplaced } = planFiles(names);
  for (const file of files.keys()) console.log(`${existsSync(at(file)) ? 'change' : 'create'}  ${file}`);
  if (options['dry-run']) process.exit(0);
  write(files);
  link(names);
  run('Generating types', 'scripts/codegen.mjs');
  run(
    'Formatting',
    'node_modules/prettier/bin/prettier.cjs',
    '--log-level=warn',
    '--write',
    ...prettyOf(files),
  );
  run('Composing', 'scripts/compose.mjs');
  run('Building', 'scripts/build.mjs');
  report(names, unplaced);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

/** The lowest port above the gateway's 4000 that schema/supergraph.yaml does not name. */
function nextPort() {
  const taken = new Set(
    [...read('schema/supergraph.yaml').matchAll(/localhost:(\d+)/g)].map(([, port]) => Number(port)),
  );
  let port = 4001;
  while (taken.has(port)) port++;
  return port;
}

function refuseIfTaken({ name, entity, Entity }) {
  if (existsSync(at('subgraphs', name))) throw new Error(`subgraphs/${name} exists already.`);
  const api = read('schema/api.graphql');
  if (new RegExp(`^(?:type|enum|input|interface|union|scalar) ${Entity}\\b`, 'm').test(api))
    throw new Error(`The graph has a type ${Entity} already; choose another name, or another --entity.`);
  const root = /^type Query \{[^]*?^\}/m.exec(api)?.[0] ?? '';
  const field = [name, entity].find((one) => new RegExp(`^  ${one}\\b`, 'm').test(root));
  if (field)
    throw new Error(`The graph has a query ${field} already; choose another name, or another --entity.`);
}

/** Everything that will be written, by file; `unplaced` are lists where no place for the entry was found. */
function planFiles(names) {
  const files = new Map();
  const unplaced = [];
  for (const entry of readdirSync(templates, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = fillIn(relative(templates, source).replace(/\.tpl$/, ''), names);
    const filled = fillInCommon(readFileSync(source, 'utf8'), read('schema/common.graphql'));
    files.set(join('subgraphs', names.name, target), fillIn(filled, names));
  }
  for (const { file, needed, change } of registrations) {
    const changed = existsSync(at(file)) ? change(read(file), names) : undefined;
    if (changed !== undefined) files.set(file, changed);
    else if (needed) throw new Error(`Found no place for ${names.name} in ${file}: has its layout changed?`);
    else unplaced.push(file);
  }
  for (const { from, to, change } of copies) {
    if (existsSync(at(from))) files.set(to(names), change(read(from), names));
    else unplaced.push(to(names));
  }
  files.set('package-lock.json', lockWith(names, files.get(join('subgraphs', names.name, 'package.json'))));
  return { files, unplaced };
}

/** A new workspace brings no new packages, so its entries in the lock file can be written without npm. */
function lockWith({ name }, manifest) {
  const lock = JSON.parse(read('package-lock.json'));
  const { name: fullName, version, dependencies, devDependencies } = JSON.parse(manifest);
  const packages = {
    ...lock.packages,
    [`node_modules/${fullName}`]: { resolved: `subgraphs/${name}`, link: true },
    [`subgraphs/${name}`]: { name: fullName, version, dependencies, devDependencies },
  };
  const sorted = Object.entries(packages).sort(([left], [right]) => (left < right ? -1 : 1));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`;
}

function write(files) {
  for (const [file, text] of files) {
    mkdirSync(dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  }
}

/** As `npm install` would, and so that scripts/prepare.mjs sees nothing to install in the new lock file. */
function link({ name }) {
  const folder = at('node_modules', '@cartograph');
  if (existsSync(folder) && !existsSync(join(folder, name)))
    symlinkSync(join('..', '..', 'subgraphs', name), join(folder, name), 'dir');
  const installed = at('node_modules', '.package-lock.json');
  if (existsSync(installed)) utimesSync(installed, new Date(), new Date());
}

/** Those files that Prettier can read. */
function prettyOf(files) {
  return [...files.keys()].filter((file) => /\.(ts|js|json|md|ya?ml|graphql)$/.test(file));
}

function run(what, script, ...args) {
  console.log(`${what} …`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [at(script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${what} failed:\n${stdout}${stderr}`);
}

function report({ name, NAME, port }, unplaced) {
  if (unplaced.length > 0)
    console.log(`\nFound no place for ${name}, so check these files: ${unplaced.join(', ')}`);
  const listed = spawnSync(
    'git',
    [
      'grep',
      '--untracked',
      '-lE',
      'orders-stores|ORDERS_D(B|ATABASE)_|orders,? payments',
      '--',
      // Where services are run, without what only orders needs.
      ...['*.yml', '*.yaml', '*.env*', '*.sh', '*.hcl', '*.json'],
      ...[
        ':!subgraphs',
        ':!k8s/base/orders',
        ':!k8s/base/migrations/orders.yaml',
        ':!k8s/overlays/production/secrets',
      ],
    ],
    { cwd: root, encoding: 'utf8' },
  );
  const missing = (listed.stdout ?? '')
    .split('\n')
    .filter((file) => file && !read(file).includes(name) && !read(file).includes(NAME));
  if (missing.length > 0)
    console.log(`\nThese name orders but not ${name}; check whether they should: ${missing.join(', ')}`);
  console.log(`
subgraphs/${name} is part of the graph, on port ${port}.
  npm test -- subgraphs/${name}     its tests
  npm start                        the shop with it
  docs/adding-a-subgraph.md        the next steps`);
}
