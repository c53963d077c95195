import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackPackages } from './debian-packages.js';
import type { Engine } from './written-by.js';

export interface Program {
  readonly command: string;
  /** Variables to add to its environment. */
  readonly env: Record<string, string>;
}

export interface RedisProgram extends Program {
  readonly engine: Engine;
}

/**
 * Finds redis-server: the program that REDIS_SERVER names, on the PATH, fetched earlier, or fetched now from the
 * distribution without root.
 */
export async function findRedisServer(binDir: string): Promise<RedisProgram> {
  const chosen = process.env['REDIS_SERVER'];
  if (chosen) {
    const named = identify({ command: chosen, env: {} });
    if (named) return named;
    throw new Error(`REDIS_SERVER is ${chosen}, which does not run. Name a redis-server or valkey-server.`);
  }
  const installed = identify({ command: 'redis-server', env: {} });
  if (installed) return installed;
  const folder = join(binDir, 'redis');
  const before = unpackedProgram(folder);
  const fetched = before && identify(before);
  if (fetched) return fetched;
  if (!runs({ command: 'apt-get', env: {} }) || !runs({ command: 'dpkg-deb', env: {} }))
    throw new Error(advice('not found'));
  try {
    await fetchRedisServer(folder);
  } catch (error) {
    throw new Error(advice(`not found, and could not be fetched: ${(error as Error).message}`), {
      cause: error,
    });
  }
  const unpacked = unpackedProgram(folder);
  const program = unpacked && identify(unpacked);
  if (program) return program;
  throw new Error(advice(`not found, and the one fetched into ${folder} does not run`));
}

const advice = (problem: string) =>
  `redis-server was ${problem}.\nInstall Redis (Debian, Ubuntu: apt install redis-server; macOS: brew install redis), ` +
  'or set REDIS_URL to a Redis of your own.';

/** Which server a program is; undefined if it does not run. */
function identify(program: Program): RedisProgram | undefined {
  const { status, stdout } = spawnSync(program.command, ['--version'], {
    env: { ...process.env, ...program.env },
    encoding: 'utf8',
  });
  if (status !== 0) return undefined;
  const [, name = 'Redis', version = 'of unknown version'] = /^(\w+) server v=(\S+)/.exec(stdout) ?? [];
  return { ...program, engine: { name, version } };
}

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

/** Fetches Debian's redis-server and what it needs beyond the installed packages into `folder`, replacing it. */
async function fetchRedisServer(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  await unpackPackages(draft, ['redis-server']);
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}
