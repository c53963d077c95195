// Copies what one service needs at run time into a folder, for the Dockerfile: `node scripts/image-tree.mjs SERVICE DIR`.
// npm cannot do this: `npm ci --workspace=gateway` installs what all workspaces need, including Postgres for development.
import { cpSync, existsSync, lutimesSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [service, target] = process.argv.slice(2);
if (!service || !target || !existsSync(join(root, service, 'package.json'))) {
  console.error(
    'Usage: node scripts/image-tree.mjs SERVICE DIR, where SERVICE is gateway or subgraphs/<name>',
  );
  process.exit(1);
}
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** Where Node finds a package from a folder: in the nearest node_modules, going up. */
function resolve(name, from) {
  const path = join(from, 'node_modules', name);
  if (packages[path]) return path;
  return from === '.' ? undefined : resolve(name, dirname(from));
}

/** Folders and links of everything that the package in a folder needs, with it, as the lock file has them. */
function closureOf(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  const { link, resolved, dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } =
    packages[path];
  if (link) return closureOf(resolved, found);
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional);
  for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
    const needed = resolve(name, path);
    if (needed) closureOf(needed, found);
    else if (!optionalDependencies?.[name])
      throw new Error(`${path} needs ${name}, which the lock file does not have`);
  }
  return found;
}

function copy(path, filter = () => true) {
  // Packages for other systems are in the lock file but not installed.
  if (existsSync(join(root, path)))
    cpSync(join(root, path), join(target, path), { recursive: true, verbatimSymlinks: true, filter });
}

/** Copies a package without the packages inside it, which are copied separately, and without files that Node never reads. */
function copyPackage(path) {
  const inside = join(root, path, 'node_modules');
  const isUnused = (file) =>
    /\.([cm]?tsx?|map|md)$/.test(file) && !/licen[cs]e|notice|copying/i.test(basename(file));
  copy(path, (each) => each !== inside && !isUnused(each));
}

copy('package.json');
for (const path of closureOf(service)) {
  if (path.includes('node_modules')) copyPackage(path);
  else for (const part of ['package.json', 'dist', 'schema.graphql']) copy(join(path, part));
}
if (service === 'gateway')
  for (const path of [join('schema', 'supergraph.graphql'), join('client', 'dist')]) copy(path);

// Every file gets the same time, whenever and from whichever commit it is built: BuildKit takes a layer from its cache by its
// content, not by times, so with a commit's own time an image would show which commit was built first. This comes last,
// because every copy changes the time of its folder.
for (const path of ['', ...readdirSync(target, { recursive: true })]) lutimesSync(join(target, path), 0, 0);
