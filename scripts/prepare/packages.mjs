import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Makes node_modules what package-lock.json asks for: the packages that running the shop needs, and those of development as
 * well if `development` asks for them or they are already installed. Only if a package is missing or has another version is
 * npm called, which takes minutes; links to our own packages, and packages no longer needed, are changed without it.
 * @param {{ root: string, development: boolean }} options
 * @returns {boolean} true if the packages of development are installed
 */
export function installPackages({ root, development }) {
  const wanted = readLock(join(root, 'package-lock.json'));
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  const withDevelopment = development || hasDevelopment(wanted, installed);
  const { missing, changed } = compare({ wanted, installed, withDevelopment });
  if (missing > 0 || changed > 0) {
    console.log(withDevelopment ? 'Installing packages …' : 'Installing the packages that the shop needs …');
    const set = withDevelopment ? ['--include=dev'] : ['--omit=dev'];
    // `npm ci` deletes node_modules first, under a shop that may be running; `npm install` only changes what differs.
    if (!installed || !update({ root, wanted, withDevelopment, set }))
      npm(root, ['ci', '--prefer-offline', ...set]);
  }
  tidy({ root, wanted });
  return withDevelopment;
}

function update({ root, wanted, withDevelopment, set }) {
  npm(root, ['install', '--no-save', '--prefer-offline', ...set]);
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  const { missing, changed } = compare({ wanted, installed, withDevelopment });
  return missing === 0 && changed === 0;
}

/** @returns {Record<string, object> | undefined} the packages of a lock file by folder; undefined if it does not exist */
function readLock(file) {
  if (!existsSync(file)) return undefined;
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  // '' is the project itself; other folders outside node_modules are its workspaces.
  return Object.fromEntries(Object.entries(packages).filter(([path]) => path === '' || isInstalled(path)));
}

function isInstalled(path) {
  return /(^|\/)node_modules\//.test(path);
}

function hasDevelopment(wanted, installed) {
  const names = Object.keys(wanted[''].devDependencies);
  return Boolean(installed) && names.every((name) => installed[`node_modules/${name}`]);
}

/** How many packages are missing, and how many have another version. */
function compare({ wanted, installed, withDevelopment }) {
  const differences = { missing: 0, changed: 0 };
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link || (entry.dev && !withDevelopment)) continue;
    const present = installed?.[path];
    // npm leaves out optional packages that are made for other systems.
    if (!present) differences.missing += entry.optional || entry.devOptional ? 0 : 1;
    else if (present.version !== entry.version || present.integrity !== entry.integrity)
      differences.changed++;
  }
  return differences;
}

/** Removes packages that the lock file no longer lists, and links our own packages. */
function tidy({ root, wanted }) {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json')) ?? {};
  for (const path of Object.keys(installed))
    if (path !== '' && !wanted[path]) rmSync(join(root, path), { recursive: true, force: true });
  for (const [path, { link, resolved }] of Object.entries(wanted)) {
    const from = join(root, path);
    if (!link || existsSync(from)) continue;
    rmSync(from, { force: true });
    symlinkSync(relative(dirname(from), join(root, resolved)), from, 'junction');
  }
}

function npm(root, args) {
  const { status } = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}
