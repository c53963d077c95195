import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { program, startProcess, startStore } from './support/process.js';

const scratch = mkdtempSync(join(tmpdir(), 'document-store-crash-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Acknowledged {
  readonly inserted: string[];
  counted: number;
}

/** Writes from several connections until one fails, and notes what was acknowledged. */
async function load(url: string, label: string, acknowledged: Acknowledged): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 500, retryWrites: false });
  const db = client.db('load');
  const worker = async (number: number): Promise<void> => {
    for (let turn = 0; ; turn += 1) {
      const _id = `${label}-${number}-${turn}`;
      await db.collection('items').insertOne({ _id: _id as never, text: 'x'.repeat(turn % 500) });
      acknowledged.inserted.push(_id);
      await db.collection('counts').updateOne({ _id: 'all' as never }, { $inc: { n: 1 } }, { upsert: true });
      acknowledged.counted += 1;
    }
  };
  await Promise.allSettled(Array.from({ length: 8 }, (_, number) => worker(number)));
  await client.close().catch(() => undefined);
}

async function expectAllThere(url: string, acknowledged: Acknowledged): Promise<void> {
  const client = await new MongoClient(url).connect();
  const ids = new Set(await client.db('load').collection('items').distinct('_id'));
  expect(acknowledged.inserted.filter((id) => !ids.has(id as never))).toEqual([]);
  const counts = await client.db('load').collection('counts').findOne();
  expect(counts?.['n'] ?? 0).toBeGreaterThanOrEqual(acknowledged.counted);
  await client.close();
}

const whenGone = async (pid: number): Promise<void> => {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('kill -9', () => {
  it('should lose nothing that was acknowledged, time after time', async () => {
    const folder = join(scratch, 'killed');
    const acknowledged: Acknowledged = { inserted: [], counted: 0 };
    for (let round = 0; round < 4; round += 1) {
      const store = await startStore(folder);
      await expectAllThere(store.url, acknowledged);
      const before = acknowledged.inserted.length;
      const writing = load(store.url, `r${round}`, acknowledged);
      // In the midst of the load, after a different number of writes each round.
      while (acknowledged.inserted.length < before + 50 + round * 70) await new Promise(setImmediate);
      store.child.kill('SIGKILL');
      expect(await store.exited).toBe('SIGKILL');
      await writing;
    }
    const store = await startStore(folder);
    await expectAllThere(store.url, acknowledged);
    store.child.kill('SIGTERM');
    expect(await store.exited).toBe(0);
  }, 60_000);
});

describe('SIGTERM', () => {
  it('should answer what was received, then exit with 0', async () => {
    const folder = join(scratch, 'terminated');
    const acknowledged: Acknowledged = { inserted: [], counted: 0 };
    const store = await startStore(folder);
    const writing = load(store.url, 't', acknowledged);
    while (acknowledged.inserted.length < 100) await new Promise(setImmediate);
    store.child.kill('SIGTERM');
    expect(await store.exited).toBe(0);
    await writing;
    const again = await startStore(folder);
    await expectAllThere(again.url, acknowledged);
    again.child.kill('SIGTERM');
    await again.exited;
  }, 30_000);
});

describe('a full disk', () => {
  it('should end the process rather than acknowledge a write that is not on disk', async () => {
    const folder = join(scratch, 'full');
    const acknowledged: Acknowledged = { inserted: [], counted: 0 };
    // No file may grow beyond 64 KiB.
    const store = await startProcess('/bin/sh', [
      '-c',
      'trap "" XFSZ; ulimit -f 128; exec "$@"',
      'sh',
      process.execPath,
      program,
      '--data-dir',
      folder,
    ]);
    await load(store.url, 'f', acknowledged);
    expect(await store.exited).not.toBe(0);
    expect(acknowledged.inserted.length).toBeGreaterThan(10);
    const again = await startStore(folder);
    await expectAllThere(again.url, acknowledged);
    again.child.kill('SIGTERM');
    await again.exited;
  }, 30_000);
});

/** A launcher that starts the store in some way and then waits to be killed. */
const launcher = (stdio: string, args: string): string => `
  import { spawn } from 'node:child_process';
  const child = spawn(process.execPath, [${JSON.stringify(program)}, ${args}], { stdio: ${stdio} });
  child.stdout.once('data', () => console.log(child.pid));
  setInterval(() => {}, 1000);
`;

describe('the death of the parent', () => {
  it.each([
    ['a pipe as standard input', launcher(`['pipe', 'pipe', 'inherit']`, '')],
    ['an IPC channel', launcher(`['ignore', 'pipe', 'inherit', 'ipc']`, '')],
    ['--parent-pid', launcher(`['ignore', 'pipe', 'inherit']`, `'--parent-pid', String(process.pid)`)],
  ])('should end the store that has %s', async (_what, source) => {
    const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    parent.kill('SIGKILL');
    await whenGone(Number(line));
  });
});

describe('a wrong start', () => {
  it.each([
    [
      'a port that is none',
      ['--port', 'many'],
      /--port must be a whole number from 0 to 65535, but is 'many'/,
    ],
    ['an unknown option', ['--colour', 'red'], /Unknown option '--colour'/],
    [
      'a data directory that is a file',
      ['--data-dir', program],
      /The document store cannot start: .*(EEXIST|ENOTDIR)/,
    ],
  ])('should explain the problem with %s', async (_what, args, message) => {
    await expect(startProcess(process.execPath, [program, ...args])).rejects.toThrow(message);
  });
});
