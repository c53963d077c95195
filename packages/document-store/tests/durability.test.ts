import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { doc } from '../src/bson/types.js';
import { startDocumentStore } from '../src/index.js';
import { Store } from '../src/storage/store.js';
import { errorOf } from './support/server.js';
import { program } from './support/process.js';

const scratch = mkdtempSync(join(tmpdir(), 'document-store-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let lastFolder = 0;
const newFolder = (): string => join(scratch, String((lastFolder += 1)));

const journalOf = (folder: string): string =>
  join(
    folder,
    readdirSync(folder).find((name) => name.startsWith('journal-'))!,
  );

const idsIn = (store: Store): unknown[] =>
  [...(store.find('shop.items')?.all() ?? [])].map(({ doc: item }) => item.get('_id'));

/** A folder with one frame per document, and where in the journal each frame ends. */
async function folderWithFrames(count: number): Promise<{ folder: string; ends: number[] }> {
  const folder = newFolder();
  const store = new Store({ dataDir: folder });
  const ends: number[] = [];
  for (let id = 0; id < count; id += 1) {
    store.obtain('shop.items').insert(doc({ _id: id, text: `document ${id}` }));
    await store.flushed();
    ends.push(readFileSync(journalOf(folder)).length);
  }
  await store.close();
  return { folder, ends };
}

function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

describe('a torn journal', () => {
  it('should lose only the last record, at whichever byte it is cut', async () => {
    const { folder, ends } = await folderWithFrames(4);
    const [start, end] = ends.slice(-2) as [number, number];
    for (let length = start; length <= end; length += 1) {
      const copy = copyOf(folder);
      truncateSync(journalOf(copy), length);
      const store = new Store({ dataDir: copy });
      expect(idsIn(store)).toEqual(length === end ? [0, 1, 2, 3] : [0, 1, 2]);
      store.find('shop.items')!.insert(doc({ _id: 'after' }));
      await store.close();
      const again = new Store({ dataDir: copy });
      expect(idsIn(again).at(-1)).toBe('after');
      await again.close();
      rmSync(copy, { recursive: true });
    }
  });

  it('should lose only the last record when it is half zeros', async () => {
    const { folder, ends } = await folderWithFrames(3);
    const journal = journalOf(folder);
    const content = readFileSync(journal);
    content.fill(0, ends[1]! + 30);
    writeFileSync(journal, content);
    const store = new Store({ dataDir: folder });
    expect(idsIn(store)).toEqual([0, 1]);
    await store.close();
  });

  it('should refuse to start when acknowledged records before the last are damaged, at whichever byte', async () => {
    const { folder, ends } = await folderWithFrames(3);
    const journal = journalOf(folder);
    const content = readFileSync(journal);
    for (let at = 0; at < ends[1]!; at += 1) {
      const damaged = Buffer.from(content);
      damaged[at]! ^= 0x41;
      writeFileSync(journal, damaged);
      expect(() => new Store({ dataDir: folder })).toThrow(
        /journal-\d+\.log is damaged.*Restore it from a backup/,
      );
    }
    writeFileSync(journal, content);
    const store = new Store({ dataDir: folder });
    expect(idsIn(store)).toEqual([0, 1, 2]);
    await store.close();
  });

  it('should refuse to start on a damaged snapshot', async () => {
    const { folder } = await folderWithFrames(3);
    await new Store({ dataDir: folder }).close();
    const snapshot = join(
      folder,
      readdirSync(folder).find((name) => name.startsWith('snapshot-'))!,
    );
    const content = readFileSync(snapshot);
    content[content.length - 20]! ^= 1;
    writeFileSync(snapshot, content);
    expect(() => new Store({ dataDir: folder })).toThrow(/snapshot-\d+\.db is damaged/);
    truncateSync(snapshot, content.length - 40);
    expect(() => new Store({ dataDir: folder })).toThrow(/snapshot-\d+\.db is damaged/);
  });
});

describe('a restart', () => {
  it('should keep documents, their order, their types and the indexes, however often', async () => {
    const dataDir = newFolder();
    let expected: unknown;
    for (let time = 0; time < 3; time += 1) {
      const server = await startDocumentStore({ dataDir });
      const client = await new MongoClient(server.url).connect();
      const items = client.db('shop').collection('items');
      if (time === 0) {
        await items.createIndex({ sku: 1 }, { unique: true });
        await items.createIndex({ tags: 1 });
        await items.dropIndex('tags_1');
        await items.insertMany([{ sku: 'b', n: 1.5 }, { sku: 'a', at: new Date(5) }, { sku: 'gone' }]);
        await items.updateOne({ sku: 'b' }, { $set: { list: [1, { x: null }] } });
        await items.deleteOne({ sku: 'gone' });
        await client.db('shop').collection('dropped').insertOne({});
        await client.db('shop').dropCollection('dropped');
        expected = await items.find({}, { raw: true }).toArray();
      }
      expect(await items.find({}, { raw: true }).toArray()).toEqual(expected);
      expect((await items.indexes()).map(({ name }) => name)).toEqual(['_id_', 'sku_1']);
      expect(await errorOf(items.insertOne({ sku: 'a' }))).toMatchObject({ code: 11000 });
      expect(await client.db('shop').listCollections().toArray()).toHaveLength(1);
      await client.close();
      await server.close();
      expect(readdirSync(dataDir).sort()).toEqual([
        'format.json',
        expect.stringMatching(/^journal-/),
        expect.stringMatching(/^snapshot-/),
      ]);
    }
  });

  it('should replace the journal by a snapshot, and leave it unchanged if nothing happened', async () => {
    const { folder } = await folderWithFrames(50);
    await new Store({ dataDir: folder }).close();
    const after = readdirSync(folder);
    expect(readFileSync(journalOf(folder))).toHaveLength(0);
    await new Store({ dataDir: folder }).close();
    expect(readdirSync(folder)).toEqual(after);
  });

  it('should take up an unfinished switch of snapshots', async () => {
    const { folder } = await folderWithFrames(3);
    const old = copyOf(folder);
    await new Store({ dataDir: folder }).close();
    // As if the process had died after the rename: old files still there, the new journal not yet.
    rmSync(journalOf(folder));
    cpSync(old, folder, { recursive: true });
    writeFileSync(join(folder, 'snapshot-00000099.db.tmp'), 'half a draft');
    const store = new Store({ dataDir: folder });
    expect(idsIn(store)).toEqual([0, 1, 2]);
    await store.close();
  });
});

describe('a journal that grows long', () => {
  it('should be replaced by a snapshot during writes, and lose none', async () => {
    const dataDir = newFolder();
    const store = new Store({ dataDir, compactAt: 10_000 });
    const waiting: Promise<void>[] = [];
    for (let id = 0; id < 3000; id += 1) {
      store.obtain('shop.items').insert(doc({ _id: id, text: 'x'.repeat(id % 200) }));
      waiting.push(store.flushed());
      if (id % 50 === 0) await waiting.at(-1);
    }
    await Promise.all(waiting);
    expect(readFileSync(journalOf(dataDir)).length).toBeLessThan(100_000);
    await store.close();
    expect(readdirSync(dataDir).filter((name) => name !== 'format.json')).toHaveLength(2);
    const again = new Store({ dataDir });
    expect(idsIn(again)).toEqual(Array.from({ length: 3000 }, (_, id) => id));
    await again.close();
  });
});

describe('group commit', () => {
  it('should put writes that wait together into few syncs', async () => {
    const dataDir = newFolder();
    const server = await startDocumentStore({ dataDir });
    const client = await new MongoClient(server.url, { maxPoolSize: 20 }).connect();
    const items = client.db('shop').collection('items');
    await Promise.all(Array.from({ length: 400 }, (_, n) => items.insertOne({ n })));
    await client.close();
    await server.close();
    const frames = readFileSync(journalOf(dataDir)).toString('latin1').split('CGPJ').length - 1;
    expect(frames).toBeLessThan(300);
    const store = new Store({ dataDir });
    expect(idsIn(store)).toHaveLength(400);
    await store.close();
  });
});

describe('a data directory in use', () => {
  it('should be refused to a second store, and free again afterwards', async () => {
    const dataDir = newFolder();
    const first = await startDocumentStore({ dataDir });
    await expect(startDocumentStore({ dataDir })).rejects.toThrow(
      `${dataDir} is in use by process ${process.pid}`,
    );
    await first.close();
    await (await startDocumentStore({ dataDir })).close();
  });

  it('should be free again when the port was taken', async () => {
    const dataDir = newFolder();
    const other = await startDocumentStore();
    await expect(startDocumentStore({ dataDir, port: other.port })).rejects.toThrow(
      `port ${other.port} on 127.0.0.1 is taken`,
    );
    await (await startDocumentStore({ dataDir })).close();
    await other.close();
  });
});

it('should explain its options, and name one that it does not know', () => {
  const run = (option: string) => spawnSync(process.execPath, [program, option], { encoding: 'utf8' });
  const help = run('--help');
  expect(help.status).toBe(0);
  for (const option of ['--port', '--host', '--data-dir', '--parent-pid'])
    expect(help.stdout).toContain(option);
  expect(run('--prot')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("Unknown option '--prot'"),
  });
});
