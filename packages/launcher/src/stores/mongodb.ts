import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { STORAGE_FORMAT } from '@cartograph/document-store/format';
import { spawnGuarded, whenPrinted } from '@cartograph/processes';
import { startOnPort, type Store, type StoreOptions } from './store.js';
import { isNewerRelease, newerData, noteWriter, readWriter, type Engine } from './written-by.js';

export interface MongoOptions extends StoreOptions {
  /** A MongoDB that runs elsewhere: used instead of starting one. */
  readonly mongodbUrl?: string;
}

export interface Mongo extends Store {
  /** Names no database. */
  readonly url: string;
  /** Whether this is Cartograph's document store rather than a mongod. */
  readonly isDocumentStore: boolean;
}

/** A process of its own runs compiled code, in tests too. `src/stores` and `dist/stores` are equally far from it. */
const documentStore = fileURLToPath(new URL('../../../document-store/dist/main.js', import.meta.url));

/** Its version is that of its storage format. The name is in the `written-by.json` of existing data: it must not change. */
const DOCUMENT_STORE: Engine = { name: 'the embedded document store', version: String(STORAGE_FORMAT) };

function findEngine(): Engine {
  const { status, stdout } = spawnSync('mongod', ['--version'], { encoding: 'utf8' });
  if (status !== 0) return DOCUMENT_STORE;
  return { name: 'MongoDB', version: /v(\d\S*)/.exec(stdout)?.[1] ?? 'of unknown version' };
}

/**
 * @throws NewerDataError for data of a newer `mongod`; and for data of the one where only the other can be started now,
 *   which would begin with nothing
 */
function refuseOtherData(home: string, present: Engine): void {
  const isThere = (name: string) => existsSync(join(home, name));
  const before =
    present === DOCUMENT_STORE
      ? isThere('mongod') && !isThere('documents') && { name: 'MongoDB', version: '(unknown)' }
      : isThere('documents') && !isThere('mongod') && DOCUMENT_STORE;
  const writer = readWriter(home) ?? (before || undefined);
  if (!writer) return;
  if (writer.name === present.name && !isNewerRelease(writer.version, present.version)) return;
  const remedy =
    writer.name === DOCUMENT_STORE.name
      ? present === DOCUMENT_STORE
        ? 'Run the version of Cartograph that wrote it.'
        : 'Start without mongod on the PATH, or name a MongoDB in MONGODB_URL.'
      : `Put mongod ${writer.version} or newer on the PATH, or name a MongoDB in MONGODB_URL.`;
  throw newerData({ folder: home, writer, present, remedy });
}

/** Starts `mongod` where there is one, else the document store, on loopback. */
export async function startMongo(options: MongoOptions = {}): Promise<Mongo> {
  if (options.mongodbUrl !== undefined) {
    return { url: options.mongodbUrl, isDocumentStore: false, process: undefined, close: async () => {} };
  }
  const present = findEngine();
  const isDocumentStore = present === DOCUMENT_STORE;
  if (isDocumentStore && !existsSync(documentStore)) {
    throw new Error(
      `${documentStore} does not exist: run \`npm run build\` first, or set MONGODB_URL to a MongoDB.`,
    );
  }
  const durable = options.dataDir !== undefined;
  const home = resolve(options.dataDir ?? mkdtempSync(join(tmpdir(), 'cartograph-mongodb-')));
  // The two keep their data in different forms, so each has its own folder.
  const data = join(home, isDocumentStore ? 'documents' : 'mongod');
  if (durable) refuseOtherData(home, present);
  mkdirSync(data, { recursive: true });
  const { process: managed, port } = await startOnPort(options.port, (candidate) => ({
    name: 'mongodb',
    // The command line of either engine contains it, also that of an earlier version.
    program: data,
    recordFile: join(home, 'process.json'),
    stopSignal: 'SIGTERM',
    ...(options.logFile ? { logFile: options.logFile } : {}),
    spawn: () =>
      isDocumentStore
        ? spawnGuarded(process.execPath, [documentStore, '--port', String(candidate), '--data-dir', data], {
            onParentDeath: 'SIGTERM',
            // It ends when its standard input closes.
            stdio: ['pipe', 'pipe', 'pipe'],
          })
        : spawnGuarded(
            'mongod',
            ['--port', String(candidate), '--bind_ip', '127.0.0.1', '--dbpath', data, '--quiet'],
            {
              onParentDeath: 'SIGTERM',
            },
          ),
    ready: whenPrinted(isDocumentStore ? /"url"/ : /Waiting for connections/),
  }));
  if (durable) noteWriter(home, present);
  return {
    url: `mongodb://127.0.0.1:${port}`,
    isDocumentStore,
    process: managed,
    async close() {
      await managed.stop();
      if (!durable) rmSync(home, { recursive: true, force: true });
    },
  };
}
