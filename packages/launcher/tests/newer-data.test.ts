import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMongo, startPostgres, startRedis } from '../src/index.js';
import { startStack } from '../src/stack.js';

const closers: (() => Promise<unknown> | void)[] = [];
const { REDIS_SERVER } = process.env;
afterEach(async () => {
  if (REDIS_SERVER === undefined) delete process.env['REDIS_SERVER'];
  else process.env['REDIS_SERVER'] = REDIS_SERVER;
  for (const close of closers.splice(0).reverse()) await close();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cartograph-newer-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder in which a real server has kept `greeting`, its log begun again as a snapshot. */
async function writeRedisData(): Promise<string> {
  const dataDir = join(temporaryFolder(), 'redis');
  const redis = await startRedis({ dataDir });
  closers.push(redis.close);
  const client = new Redis(redis.url);
  await client.set('greeting', 'hello');
  client.disconnect();
  await redis.close();
  return dataDir;
}

async function readGreeting(dataDir: string): Promise<string | null> {
  const redis = await startRedis({ dataDir });
  closers.push(redis.close);
  const client = new Redis(redis.url);
  try {
    return await client.get('greeting');
  } finally {
    client.disconnect();
    await redis.close();
  }
}

const writerFile = (dataDir: string) => join(dataDir, 'written-by.json');
const snapshotOf = (dataDir: string) => {
  const logs = join(dataDir, 'appendonlydir');
  return join(
    logs,
    readdirSync(logs).find((name) => name.endsWith('.rdb'))!,
  );
};
/** Makes a snapshot say that a later release wrote it, of the same major version and in as many letters. */
function claimLaterRelease(file: string): void {
  const text = readFileSync(file).toString('latin1');
  writeFileSync(file, text.replace(/(-ver.\d\.)\d/s, '$19'), 'latin1');
}

describe('Redis data of a newer release', () => {
  it('is refused by what the last server noted, and nothing in the folder changes', async () => {
    const dataDir = await writeRedisData();
    const { name } = JSON.parse(readFileSync(writerFile(dataDir), 'utf8')) as { name: string };
    writeFileSync(writerFile(dataDir), JSON.stringify({ name, version: '98.7.6' }));
    const before = readdirSync(dataDir, { recursive: true });
    await expect(startRedis({ dataDir })).rejects.toThrow(
      new RegExp(
        `^The data in ${dataDir} was written by ${name} 98\\.7\\.6, which ${name} \\d+\\.\\d+\\.\\d+ cannot read\\. ` +
          `Install ${name} 98\\.7\\.6 or newer .* REDIS_SERVER\\. Or move the folder elsewhere`,
      ),
    );
    expect(readdirSync(dataDir, { recursive: true })).toEqual(before);
  });

  it('is refused by its snapshot where no server noted anything, as it was before', async () => {
    const dataDir = await writeRedisData();
    rmSync(writerFile(dataDir));
    expect(await readGreeting(dataDir)).toBe('hello');
    rmSync(writerFile(dataDir));
    claimLaterRelease(snapshotOf(dataDir));
    await expect(startRedis({ dataDir })).rejects.toThrow(/was written by (Redis|Valkey) \d\.9\.\d+, which/);
  });

  it.each(['appendonly.aof', 'dump.rdb'])('is refused by a %s that begins with a snapshot', async (name) => {
    const dataDir = await writeRedisData();
    rmSync(writerFile(dataDir));
    const snapshot = readFileSync(snapshotOf(dataDir));
    rmSync(join(dataDir, 'appendonlydir'), { recursive: true });
    writeFileSync(join(dataDir, name), snapshot);
    claimLaterRelease(join(dataDir, name));
    await expect(startRedis({ dataDir })).rejects.toThrow(/was written by (Redis|Valkey) \d\.9\.\d+, which/);
  });

  it('is read by a later patch and by an earlier one of the same release', async () => {
    const dataDir = await writeRedisData();
    const { name, version } = JSON.parse(readFileSync(writerFile(dataDir), 'utf8')) as {
      name: string;
      version: string;
    };
    for (const patch of ['0', '999']) {
      const other = version.replace(/\.\d+$/, `.${patch}`);
      writeFileSync(writerFile(dataDir), JSON.stringify({ name, version: other }));
      expect(await readGreeting(dataDir)).toBe('hello');
    }
  });

  // With `ENGINES=debian-sid npm test -- packages/launcher` there are two real servers, as in .ci/run.
  const isNoted = REDIS_SERVER === undefined ? [] : [true, false];
  for (const noted of isNoted)
    it(`is refused by this system’s server, if a real newer one wrote it ${noted ? 'and' : 'but not'} noted that`, async () => {
      const dataDir = await writeRedisData();
      if (!noted) rmSync(writerFile(dataDir));
      delete process.env['REDIS_SERVER'];
      await expect(startRedis({ dataDir })).rejects.toThrow(
        /was written by (Redis 8|Valkey [89])\.\d+\.\d+, which Redis \d+\.\d+\.\d+ cannot read/,
      );
      process.env['REDIS_SERVER'] = REDIS_SERVER;
      expect(await readGreeting(dataDir)).toBe('hello');
    });
});

describe('Postgres data of another release', () => {
  it.each([
    ['99', 'Install the version of Cartograph that brought Postgres 99'],
    ['9', 'Dump it with the version of Cartograph that brought Postgres 9'],
  ])('is refused (%s)', async (version, advice) => {
    const dataDir = join(temporaryFolder(), 'postgres');
    mkdirSync(join(dataDir, 'cluster'), { recursive: true });
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), `${version}\n`);
    await expect(startPostgres({ dataDir })).rejects.toThrow(
      new RegExp(
        `^The data in ${dataDir}/cluster was written by Postgres ${version}, which Postgres \\d+ cannot read\\. ${advice}`,
      ),
    );
  });
});

describe('data of another document store', () => {
  it('is refused if it is of a newer format, and read if it is of the time before formats were noted', async () => {
    const dataDir = join(temporaryFolder(), 'mongodb');
    await (await startMongo({ dataDir })).close();
    const file = join(dataDir, 'documents', 'format.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ format: 1 });
    rmSync(file);
    rmSync(writerFile(dataDir));
    await (await startMongo({ dataDir })).close();
    writeFileSync(file, JSON.stringify({ format: 2 }));
    await expect(startMongo({ dataDir })).rejects.toThrow(
      /written by a newer version of the document store, in format 2; this version reads format 1\. Run the version/,
    );
    writeFileSync(file, '');
    await expect(startMongo({ dataDir })).rejects.toThrow(
      /format\.json should be \{"format":1\}, but is empty/,
    );
  });

  it('is refused rather than started empty if a mongod wrote it and none is installed', async () => {
    const dataDir = join(temporaryFolder(), 'mongodb');
    mkdirSync(join(dataDir, 'mongod'), { recursive: true });
    await expect(startMongo({ dataDir })).rejects.toThrow(
      /written by MongoDB \(unknown\), which the embedded document store 1 cannot read\. Put mongod .* MONGODB_URL/,
    );
    writeFileSync(writerFile(dataDir), JSON.stringify({ name: 'MongoDB', version: '8.0.4' }));
    await expect(startMongo({ dataDir })).rejects.toThrow(/Put mongod 8\.0\.4 or newer on the PATH/);
    expect(existsSync(join(dataDir, 'documents'))).toBe(false);
  });
});

describe('a data folder of a newer Cartograph', () => {
  const start = async (dataDir: string) => {
    const stack = await startStack({ root: temporaryFolder(), dataDir, services: [] });
    await stack.stop();
  };

  it('is refused, with what to do', async () => {
    const dataDir = temporaryFolder();
    await start(dataDir);
    const file = join(dataDir, 'format.json');
    rmSync(file);
    await start(dataDir);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ format: 1 });
    writeFileSync(file, '{"format":2}');
    await expect(start(dataDir)).rejects.toThrow(
      `The data folder ${dataDir} was written by a newer version of Cartograph, in format 2; this version reads format 1.`,
    );
  });

  it('is refused if its secrets are of another form', async () => {
    const dataDir = temporaryFolder();
    writeFileSync(join(dataDir, 'secrets.json'), '{"keys":[]}');
    await expect(start(dataDir)).rejects.toThrow(
      `${join(dataDir, 'secrets.json')} cannot be used: it should be JSON with INTERNAL_AUTH_SECRET.`,
    );
  });
});
