import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '../process/guarded.js';
import { whenPrinted } from '../process/managed-process.js';
import { startOnPort, type Store, type StoreOptions } from './store.js';

export interface MongoOptions extends StoreOptions {
  /** A MongoDB that runs elsewhere: used instead of starting one. */
  readonly mongodbUrl?: string;
}

export interface Mongo extends Store {
  /** Names no database. */
  readonly url: string;
  /** Whether this is the embedded document store rather than a mongod. */
  readonly isEmbedded: boolean;
}

/** Both depths, src/stores and dist/stores, lie two folders below the package. */
const documentStore = fileURLToPath(new URL('../../dist/mongo/main.js', import.meta.url));

/** Starts `mongod` where there is one, else the embedded document store, on loopback. */
export async function startMongo(options: MongoOptions = {}): Promise<Mongo> {
  if (options.mongodbUrl !== undefined) {
    return { url: options.mongodbUrl, isEmbedded: false, process: undefined, close: async () => {} };
  }
  const isEmbedded = spawnSync('mongod', ['--version'], { stdio: 'ignore' }).status !== 0;
  if (isEmbedded && !existsSync(documentStore)) {
    throw new Error(
      `${documentStore} does not exist: run \`npm run build\` first, or set MONGODB_URL to a MongoDB.`,
    );
  }
  const durable = options.dataDir !== undefined;
  const home = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), 'cartograph-mongodb-')));
  // The two keep their data in different forms, so each has its own folder.
  const data = join(home, isEmbedded ? 'documents' : 'mongod');
  mkdirSync(data, { recursive: true });
  const { process: managed, port } = await startOnPort(options.port, (candidate) => ({
    name: 'mongodb',
    program: isEmbedded ? documentStore : 'mongod',
    recordFile: join(home, 'process.json'),
    stopSignal: 'SIGTERM',
    ...(options.logFile ? { logFile: options.logFile } : {}),
    spawn: () =>
      isEmbedded
        ? spawnGuarded(process.execPath, [documentStore, '--port', String(candidate), '--data-dir', data], {
            onParentDeath: 'SIGTERM',
            // It ends by itself when its standard input closes.
            stdio: ['pipe', 'pipe', 'pipe'],
          })
        : spawnGuarded(
            'mongod',
            ['--port', String(candidate), '--bind_ip', '127.0.0.1', '--dbpath', data, '--quiet'],
            {
              onParentDeath: 'SIGTERM',
            },
          ),
    ready: whenPrinted(isEmbedded ? /"url"/ : /Waiting for connections/),
  }));
  return {
    url: `mongodb://127.0.0.1:${port}`,
    isEmbedded,
    process: managed,
    async close() {
      await managed.stop();
      if (!durable) rmSync(home, { recursive: true, force: true });
    },
  };
}
