import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { spawnGuarded, whenPrinted } from '@cartograph/processes';
import { findRedisServer } from './redis-binary.js';
import { canRead, readSnapshotHeaders } from './redis-files.js';
import { startOnPort, type Store, type StoreOptions } from './store.js';
import { isNewerRelease, newerData, noteWriter, readWriter, type Engine } from './written-by.js';

export interface RedisOptions extends StoreOptions {
  /** A Redis that runs elsewhere: used instead of starting one. */
  readonly redisUrl?: string;
  /** Where a fetched redis-server is kept; default `.data/bin` below the working directory. */
  readonly binDir?: string;
  /** Further settings, as on redis-server's command line: `['--maxmemory', '100mb']`. */
  readonly settings?: readonly string[];
}

export interface Redis extends Store {
  readonly url: string;
}

/**
 * Starts a real redis-server on loopback. With `dataDir` every write is on disk before it is acknowledged;
 * without it nothing is kept.
 * @throws NewerDataError if the folder's data was written by a release that this one cannot read
 */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  if (options.redisUrl !== undefined)
    return { url: options.redisUrl, process: undefined, close: async () => {} };

  const { command, env, engine } = await findRedisServer(options.binDir ?? resolve('.data', 'bin'));
  const durable = options.dataDir !== undefined;
  const home = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), 'cartograph-redis-')));
  mkdirSync(home, { recursive: true });
  if (durable) refuseNewerData(home, engine, command);
  const persistence = durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  const { process: managed, port } = await startOnPort(options.port, (candidate) => ({
    name: 'redis',
    program: basename(command),
    recordFile: join(home, 'process.json'),
    stopSignal: 'SIGTERM',
    ...(options.logFile ? { logFile: options.logFile } : {}),
    spawn: () =>
      spawnGuarded(
        command,
        [
          ...['--port', String(candidate), '--bind', '127.0.0.1', '--dir', home, '--save', ''],
          ...persistence,
          ...(options.settings ?? []),
        ],
        { onParentDeath: 'SIGTERM', env: { ...process.env, ...env } },
      ),
    ready: whenPrinted(/Ready to accept connections/),
  }));
  if (durable) noteWriter(home, engine);
  return {
    url: `redis://127.0.0.1:${port}`,
    process: managed,
    async close() {
      await managed.stop();
      if (!durable) rmSync(home, { recursive: true, force: true });
    },
  };
}

/** @throws NewerDataError for data that Redis would refuse with no more than a format's number, or misread */
function refuseNewerData(home: string, present: Engine, command: string): void {
  const noted = readWriter(home);
  const isNewer = noted?.name === present.name && isNewerRelease(noted.version, present.version);
  const writer = isNewer
    ? noted
    : readSnapshotHeaders(home).find((header) => !canRead(header, present))?.writer;
  if (!writer) return;
  const remedy = `Install ${writer.name} ${writer.version} or newer in place of ${command}, or name its program in REDIS_SERVER.`;
  throw newerData({ folder: home, writer, present, remedy });
}
