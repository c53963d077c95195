/**
 * Servers of other versions than this system's, for tests: `ENGINES=debian-sid npm test -- packages/events`.
 * They are Debian's packages of a newer suite, unpacked into a folder of the user's cache; nothing is installed.
 */
import { unpackPackages } from '@cartograph/launcher';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What ENGINES may name: a suite of Debian, and which of its servers takes Redis' place. */
export const ENGINE_SETS = {
  'debian-trixie': { suite: 'trixie', redis: 'redis-server' },
  'debian-trixie-valkey': { suite: 'trixie', redis: 'valkey-server' },
  'debian-sid': { suite: 'sid', redis: 'redis-server' },
  'debian-sid-valkey': { suite: 'sid', redis: 'valkey-server' },
} as const;
export type EngineSet = keyof typeof ENGINE_SETS;

const SERVERS = ['redis-server', 'valkey-server', 'rabbitmq-server'] as const;
/** What the servers' own scripts call. */
const TOOLS = ['base-files', 'dash', 'bash', 'coreutils', 'mawk', 'sed', 'grep', 'hostname', 'procps'];

export interface Engines {
  /** For the environment of tests: which programs to start in place of this system's. */
  readonly env: { readonly REDIS_SERVER: string; readonly RABBITMQ_SERVER: string };
  /** Such as `Valkey 9.1.2, RabbitMQ 4.3.6 (debian-sid-valkey)`. */
  readonly description: string;
}

/**
 * The programs of a set, fetched where they are not there yet: half a minute and 200 MB for each suite. A folder fetched
 * earlier is used as it is; delete it to have newer packages.
 * @throws what apt says when it cannot fetch; for a name that is no set, with those that are
 */
export async function prepareEngines(name: string): Promise<Engines> {
  if (!Object.hasOwn(ENGINE_SETS, name))
    throw new Error(`ENGINES is "${name}"; it can be ${Object.keys(ENGINE_SETS).join(', ')}.`);
  const { suite, redis } = ENGINE_SETS[name as EngineSet];
  const folder = await fetchSuite(suite);
  const env = {
    REDIS_SERVER: join(folder, 'bin', redis),
    RABBITMQ_SERVER: join(folder, 'bin', 'rabbitmq-server'),
  };
  const brand = redis === 'redis-server' ? 'Redis' : 'Valkey';
  const description = `${brand} ${versionOf(env.REDIS_SERVER)}, RabbitMQ ${rabbitVersion(folder)} (${name})`;
  return { env, description };
}

async function fetchSuite(suite: string): Promise<string> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(cache, 'cartograph', 'engines', suite);
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${process.pid}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(join(draft, 'bin'), { recursive: true });
  try {
    const root = join(draft, 'root');
    await unpackPackages(root, [...TOOLS, ...SERVERS], { suite });
    completeRoot(root);
    writePrograms(draft, root);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

/** What the packages' own scripts would have made. */
function completeRoot(root: string): void {
  symlinkSync('mawk', join(root, 'usr', 'bin', 'awk'));
  writeFileSync(join(root, 'etc', 'hosts'), '127.0.0.1 localhost\n');
  writeFileSync(join(root, 'etc', 'nsswitch.conf'), 'hosts: files\n');
  for (const folder of ['proc', 'dev', 'tmp']) mkdirSync(join(root, folder), { recursive: true });
}

/** Scripts in `bin` that start the programs in `root` with the libraries in there. */
function writePrograms(folder: string, root: string): void {
  const rabbit = join('usr', 'lib', 'rabbitmq', 'lib');
  const [release] = readdirSync(join(root, rabbit));
  const loader = ['lib64', 'lib']
    .flatMap((name) =>
      existsSync(join(root, name)) ? readdirSync(join(root, name)).map((file) => `${name}/${file}`) : [],
    )
    .find((file) => /\/ld-linux[^/]*\.so/.test(file));
  const [libraries] = readdirSync(join(root, 'usr', 'lib')).filter((name) => name.endsWith('-linux-gnu'));
  if (!release || !loader || !libraries)
    throw new Error(`The packages unpacked into ${root} lack a server or libc.`);
  const script = (name: string, ...lines: string[]) => {
    const file = join(folder, 'bin', name);
    const start = 'root=$(dirname -- "$(readlink -f -- "$0")")/../root';
    writeFileSync(file, ['#!/bin/sh', start, ...lines, ''].join('\n'));
    chmodSync(file, 0o755);
  };
  // One program, whose libraries its loader finds. This works without root.
  for (const name of ['redis-server', 'valkey-server'])
    script(
      name,
      `exec "$root/${loader}" --library-path "$root/usr/lib/${libraries}" "$root/usr/bin/${name}" "$@"`,
    );
  // Many programs that start one another, so `root` has to be their root; the mounts end with them.
  for (const [name, program] of [
    ['rabbitmq-server', `/${rabbit}/${release}/sbin/rabbitmq-server`],
    ['epmd', '/usr/bin/epmd'],
  ] as const)
    script(
      name,
      'tmp=${TMPDIR:-/tmp}',
      'mkdir -p "$root$tmp"',
      'as_root=; guard=',
      // A namespace of one’s own makes the kernel forget which signal to send when the parent ends.
      '[ "$(id -u)" = 0 ] || { as_root=--map-root-user; guard="setpriv --pdeathsig KILL --"; }',
      'inside="mount --rbind /proc $root/proc && mount --rbind /dev $root/dev && mount --bind $tmp $root$tmp"',
      `exec unshare $as_root --mount sh -c "$inside && exec $guard chroot $root ${program} \\"\\$@\\"" sh "$@"`,
    );
}

function versionOf(program: string): string {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return / v=(\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
}

function rabbitVersion(folder: string): string {
  const [release] = readdirSync(join(folder, 'root', 'usr', 'lib', 'rabbitmq', 'lib'));
  return release?.replace('rabbitmq_server-', '') ?? 'of unknown version';
}
