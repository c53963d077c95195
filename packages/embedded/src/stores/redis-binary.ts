import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Program {
  readonly command: string;
  /** What its environment needs beyond the usual. */
  readonly env: Record<string, string>;
}

export interface FetchOptions {
  /** The package database apt reads to know what need not be fetched. */
  readonly dpkgStatus?: string;
}

/** Finds redis-server: on the PATH, fetched earlier, or fetched now from the distribution without root. */
export async function findRedisServer(binDir: string): Promise<Program> {
  if (runs({ command: 'redis-server', env: {} })) return { command: 'redis-server', env: {} };
  const folder = join(binDir, 'redis');
  const fetched = unpackedProgram(folder);
  if (fetched && runs(fetched)) return fetched;
  if (!runs({ command: 'apt-get', env: {} }) || !runs({ command: 'dpkg-deb', env: {} }))
    throw new Error(advice('not found'));
  try {
    await fetchRedisServer(folder);
  } catch (error) {
    throw new Error(advice(`not found, and could not be fetched: ${(error as Error).message}`), {
      cause: error,
    });
  }
  const program = unpackedProgram(folder);
  if (program && runs(program)) return program;
  throw new Error(advice(`not found, and the one fetched into ${folder} does not run`));
}

const advice = (problem: string) =>
  `redis-server was ${problem}.\nInstall Redis (Debian, Ubuntu: apt install redis-server; macOS: brew install redis), ` +
  'or set REDIS_URL to a Redis of your own.';

const runs = ({ command, env }: Program) =>
  spawnSync(command, ['--version'], { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0;

function unpackedProgram(folder: string): Program | undefined {
  const command = join(folder, 'usr', 'bin', 'redis-server');
  if (!existsSync(command)) return undefined;
  const libraries = [join(folder, 'usr', 'lib'), join(folder, 'lib')].flatMap((base) =>
    existsSync(base)
      ? readdirSync(base)
          .filter((name) => name.includes('linux-gnu'))
          .map((name) => join(base, name))
      : [],
  );
  return { command, env: { LD_LIBRARY_PATH: libraries.join(':') } };
}

/**
 * Downloads Debian's redis-server and what it needs beyond the installed packages, and unpacks them into
 * `folder`. apt keeps its state in there too, so neither root nor the system's package database is touched.
 */
export async function fetchRedisServer(folder: string, options: FetchOptions = {}): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const apt = join(draft, 'apt');
  const archives = join(apt, 'cache', 'archives');
  for (const path of [join(apt, 'state', 'lists', 'partial'), join(archives, 'partial')])
    mkdirSync(path, { recursive: true });
  const settings = [
    `Dir::State=${join(apt, 'state')}`,
    `Dir::State::status=${options.dpkgStatus ?? '/var/lib/dpkg/status'}`,
    `Dir::Cache=${join(apt, 'cache')}`,
    'Debug::NoLocking=1',
    // As root apt would fetch as the user _apt, who may not write here.
    'APT::Sandbox::User=',
  ].flatMap((setting) => ['-o', setting]);
  await run('apt-get', [...settings, '-q', 'update']);
  const install = ['install', '--yes', '--download-only', '--no-install-recommends', 'redis-server'];
  await run('apt-get', [...settings, '-q', ...install]);
  for (const archive of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    await run('dpkg-deb', ['-x', join(archives, archive), draft]);
  }
  rmSync(apt, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}

async function run(command: string, args: readonly string[]): Promise<void> {
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
}
