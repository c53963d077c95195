// Copies what one service needs at run time into a folder, for the Dockerfile: `node scripts/image-tree.mjs SERVICE DIR`.
import { cpSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [service, target] = process.argv.slice(2);
if (!service || !target || !existsSync(join(root, service, 'package.json'))) {
  console.error(
    'Usage: node scripts/image-tree.mjs SERVICE DIR, where SERVICE is gateway or subgraphs/<name>',
  );
  process.exit(1);
}

/** Folders of the service and of the workspaces it uses, directly or through others. */
function workspacesOf(folder, found = new Set()) {
  if (found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies).filter((each) => each.startsWith('@cartograph/'))) {
    workspacesOf(relative(root, realpathSync(join(root, 'node_modules', name))), found);
  }
  return found;
}

const copy = (path) => {
  if (existsSync(join(root, path)))
    cpSync(join(root, path), join(target, path), { recursive: true, verbatimSymlinks: true });
};

copy('package.json');
const workspaces = workspacesOf(service);
for (const folder of workspaces) {
  for (const part of ['package.json', 'dist', 'schema.graphql', 'node_modules']) copy(join(folder, part));
}
const links = new Set(
  [...workspaces].map((folder) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).name),
);
for (const name of readdirSync(join(root, 'node_modules'))) {
  if (name !== '@cartograph' && name !== '.package-lock.json') copy(join('node_modules', name));
}
for (const name of links) copy(join('node_modules', name));
if (service === 'gateway')
  for (const path of [join('schema', 'supergraph.graphql'), join('client', 'dist')]) copy(path);
