import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface UnpackOptions {
  /**
   * A suite of Debian, such as `sid`, in place of those that apt is configured with; from the same mirror. Everything that
   * the packages need is unpacked too, down to libc.
   */
  readonly suite?: string;
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads Debian packages with what they need and unpacks them into `folder`, which must not exist yet. apt keeps its
 * state in there during the download, so neither root nor the system's package database is touched; no package's scripts run.
 */
export async function unpackPackages(
  folder: string,
  packages: readonly string[],
  { suite }: UnpackOptions = {},
): Promise<void> {
  const apt = join(folder, 'apt');
  const archives = join(apt, 'cache', 'archives');
  for (const path of [join(apt, 'state', 'lists', 'partial'), join(archives, 'partial')])
    mkdirSync(path, { recursive: true });
  const nothing = join(apt, 'nothing');
  writeFileSync(nothing, '');
  const settings = [
    `Dir::State=${join(apt, 'state')}`,
    `Dir::State::status=${suite ? nothing : '/var/lib/dpkg/status'}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'Debug::NoLocking=1',
    // As root apt would fetch as the user _apt, who may not write here.
    'APT::Sandbox::User=',
    ...(suite ? await sourcesOf(suite, apt) : []),
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, '-q', 'update']);
  const install = ['install', '--yes', '--download-only', '--no-install-recommends'];
  await run('apt-get', [...settings, '-q', ...install, ...packages]);
  // base-files first: it makes /bin and /lib the links that other packages' files go through.
  const isBase = (name: string) => name.startsWith('base-files_');
  const files = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  for (const archive of [...files.filter(isBase), ...files.filter((name) => !isBase(name))])
    await run('dpkg-deb', ['-x', join(archives, archive), folder]);
  rmSync(apt, { recursive: true, force: true });
}

/** Settings that make apt read one suite only, from the Debian mirror that it is configured with. */
async function sourcesOf(suite: string, apt: string): Promise<string[]> {
  const targets = ['indextargets', '--no-release-info', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const mirrors = (await run('apt-get', targets)).split('\n');
  const mirror = mirrors.find((address) => /\/debian\/?$/.test(address));
  if (!mirror) throw new Error('apt is configured with no archive of Debian, so it cannot fetch from there.');
  const options = ['check-valid-until=no', ...(existsSync(KEYRING) ? [`signed-by=${KEYRING}`] : [])];
  const sources = join(apt, 'sources.list');
  writeFileSync(sources, `deb [${options.join(' ')}] ${mirror} ${suite} main\n`);
  return [
    `Dir::Etc::sourcelist=${sources}`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferences=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    'Acquire::Languages=none',
  ];
}

async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${command} failed: ${output.trim().split('\n').slice(-5).join('\n')}`);
  return output;
}
