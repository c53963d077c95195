// Fetches MongoDB's published CRUD specification tests and runs the document store (or the server in MONGODB_URL) against
// them: `node packages/document-store/scripts/published-crud.mjs`. They come with the source of Debian's package
// mongo-c-driver, from the mirror that apt is configured with; apt's own sources and state are not touched.
// Exit status: 0 all passed, 1 some failed, 3 NOT RUN because the tests could not be fetched.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The suite fixes the version, so that the same tests run everywhere. */
const SUITE = 'bookworm';
const PACKAGE = 'mongo-c-driver';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const NOT_RUN = 3;

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cartograph');
const suite = join(cache, `published-crud-${SUITE}`);

try {
  if (!existsSync(suite)) fetchSuite();
} catch (error) {
  console.error(`NOT RUN: MongoDB's published CRUD tests could not be fetched. ${error.message}`);
  process.exit(NOT_RUN);
}
process.exit(runSuite());

function fetchSuite() {
  const draft = `${suite}.${process.pid}`;
  const apt = join(draft, 'apt');
  try {
    for (const folder of ['state/lists/partial', 'cache/archives/partial'])
      mkdirSync(join(apt, folder), { recursive: true });
    const signed = existsSync(KEYRING) ? ` signed-by=${KEYRING}` : '';
    writeFileSync(
      join(apt, 'sources.list'),
      `deb-src [check-valid-until=no${signed}] ${findMirror()} ${SUITE} main\n`,
    );
    const settings = [
      `Dir::State=${join(apt, 'state')}`,
      `Dir::Cache=${join(apt, 'cache')}`,
      `Dir::Etc::sourcelist=${join(apt, 'sources.list')}`,
      'Dir::Etc::sourceparts=/dev/null',
      'Debug::NoLocking=1',
      // As root, apt would fetch as the user _apt, who may not write here.
      'APT::Sandbox::User=',
    ].flatMap((setting) => ['-o', setting]);
    run('apt-get', [...settings, '-q', 'update'], draft);
    run('apt-get', [...settings, '-q', 'source', '--download-only', PACKAGE], draft);
    const archive = readdirSync(draft).find((name) => /\.orig\.tar\./.test(name));
    if (!archive) throw new Error(`apt-get source ${PACKAGE} fetched no original archive.`);
    run('tar', ['-xf', archive, '--wildcards', '*/src/libmongoc/tests/json/crud/*'], draft);
    const [folder] = readdirSync(draft).filter((name) => name.startsWith(`${PACKAGE}-`));
    renameSync(join(draft, folder, 'src', 'libmongoc', 'tests', 'json', 'crud'), suite);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** The archive of Debian that apt is configured with. */
function findMirror() {
  const targets = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const mirror = run('apt-get', targets, root)
    .split('\n')
    .find((address) => /\/debian\/?$/.test(address));
  if (!mirror) throw new Error('apt is configured with no archive of Debian.');
  return mirror;
}

function run(command, args, cwd) {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) throw new Error(`${command} does not run: ${error.message}`);
  if (status !== 0)
    throw new Error(`${command} failed: ${`${stdout}${stderr}`.trim().split('\n').slice(-3).join('\n')}`);
  return stdout;
}

/** Jest with its own reporter only: the result files of `npm test` stay as they are. */
function runSuite() {
  const { status } = spawnSync(
    process.execPath,
    [
      `--import=${pathToFileURL(join(root, 'packages', 'testing', 'jest', 'typescript.mjs'))}`,
      '--no-warnings',
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...['--testMatch', '<rootDir>/packages/document-store/tests/published/*.spec.ts'],
      '--runInBand',
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, PUBLISHED_CRUD: suite } },
  );
  return status === 0 ? 0 : 1;
}
