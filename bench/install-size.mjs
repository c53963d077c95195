// `npm run bench -- install [--against FOLDER]`: what an installation takes on the disk: the packages of `npm start`, those
// that development adds, and those in each service's container. FOLDER is another checkout to compare with; one without
// a separate set for `npm start` is measured as a whole. Installs into temporary folders.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { against: { type: 'string' } } });
const temporary = mkdtempSync(join(tmpdir(), 'cartograph-install-'));
process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));

const start = measureInstallation(root, ['--omit=dev']);
print('npm start', start);
const everything = measureInstallation(root, ['--include=dev']);
print('npm test, verify, …', everything);
if (values.against) {
  const hasSets = existsSync(join(values.against, 'scripts', 'prepare', 'packages.mjs'));
  const other = measureInstallation(values.against, [hasSets ? '--omit=dev' : '--include=dev']);
  print('npm start, compared', other);
  const share = (one, two) => (one / two).toFixed(2);
  console.log(
    `npm start, of ${values.against}: ${share(start.mebibytes, other.mebibytes)} of the size, ${share(start.packages, other.packages)} of the packages`,
  );
}
for (const service of ['gateway', ...readdirSync(join(root, 'subgraphs')).map((name) => `subgraphs/${name}`)])
  print(`container: ${service.split('/').at(-1)}`, measureContainer(service));

function print(what, { mebibytes, packages }) {
  console.log(
    `${what.padEnd(26)} ${String(Math.round(mebibytes)).padStart(5)} MiB ${String(packages).padStart(6)} packages`,
  );
}

/** Installs what a checkout's lock file lists, without its install scripts, which write nothing of note. */
function measureInstallation(checkout, set) {
  const folder = mkdtempSync(join(temporary, 'packages-'));
  const manifests = spawnSync(
    'git',
    ['ls-files', 'package.json', '*/package.json', '.npmrc', 'package-lock.json'],
    {
      cwd: checkout,
      encoding: 'utf8',
    },
  ).stdout;
  for (const file of manifests.split('\n').filter(Boolean)) cpSync(join(checkout, file), join(folder, file));
  const args = [
    'ci',
    ...set,
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed in a copy of ${checkout}`);
  const result = measure(folder);
  rmSync(folder, { recursive: true, force: true });
  return result;
}

/** What the Dockerfile puts into the image of a service, without Node.js itself. */
function measureContainer(service) {
  const folder = mkdtempSync(join(temporary, 'container-'));
  const script = join(root, 'scripts', 'image-tree.mjs');
  const { status } = spawnSync(process.execPath, [script, service, folder], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`The files of ${service} could not be copied.`);
  const result = measure(folder);
  rmSync(folder, { recursive: true, force: true });
  return result;
}

/** Disk blocks of every file below a folder, as `du` counts them, and the packages in its node_modules. */
function measure(folder) {
  let blocks = 0;
  let packages = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    blocks += lstatSync(path).blocks;
    if (entry.name === 'package.json' && isPackage(entry.parentPath)) packages++;
  }
  return { mebibytes: (blocks * 512) / 2 ** 20, packages };
}

/** node_modules/NAME or node_modules/@SCOPE/NAME, with a name and a version of its own. */
function isPackage(folder) {
  if (!/node_modules\/(@[^/]+\/)?[^/@]+$/.test(folder)) return false;
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Boolean(name && version);
}
