import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { identifyProcess } from '../src/process/identity.js';
import { until } from '@cartograph/testing';

interface Launched {
  readonly child: ChildProcess;
  readonly postgres: { url: string; pid: number };
  readonly redis: { url: string; pid: number };
  readonly refused?: string;
}

const script = fileURLToPath(new URL('fixtures/launch-stores.mjs', import.meta.url));

describe('stores under a launcher', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-launcher-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  async function launch(env: NodeJS.ProcessEnv = process.env): Promise<Launched> {
    const child = spawn(process.execPath, [script, folder], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([text]) => text as string),
      once(child, 'exit').then(([code]) =>
        Promise.reject(new Error(`The launcher ended with ${String(code)}.`)),
      ),
    ]);
    return { child, ...(JSON.parse(line) as Omit<Launched, 'child'>) };
  }

  async function writeAndRead({ postgres, redis }: Launched): Promise<{ rows: number; keys: number }> {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    await client.query('create table if not exists note (text text)');
    const cache = new Redis(redis.url);
    await client.query("insert into note values ('kept')");
    await cache.rpush('notes', 'kept');
    const { rows } = await client.query<{ count: number }>('select count(*)::int as count from note');
    const keys = await cache.llen('notes');
    await client.end();
    cache.disconnect();
    return { rows: rows[0]!.count, keys };
  }

  it('should leave no process behind when the launcher is killed, and keep what was acknowledged', async () => {
    const first = await launch();
    expect(await writeAndRead(first)).toEqual({ rows: 1, keys: 1 });
    first.child.kill('SIGKILL');
    // No waiting: the second start meets whatever is still ending.
    const second = await launch();
    expect(identifyProcess(first.postgres.pid)).toBeUndefined();
    expect(identifyProcess(first.redis.pid)).toBeUndefined();
    expect(await writeAndRead(second)).toEqual({ rows: 2, keys: 2 });
  });

  it('should leave none behind either where the kernel cannot be asked to see to it', async () => {
    // A PATH without setpriv, as on macOS.
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    // Without setpriv, root cannot take Postgres past closed folders either.
    chmodSync(folder, 0o755);
    const redisServer = execFileSync('/bin/sh', ['-c', 'command -v redis-server'], {
      encoding: 'utf8',
    }).trim();
    symlinkSync(redisServer, join(programs, 'redis-server'));
    const env = { PATH: programs };
    const first = await launch(env);
    expect(await writeAndRead(first)).toEqual({ rows: 1, keys: 1 });
    first.child.kill('SIGKILL');
    await until(() => !identifyProcess(first.postgres.pid) && !identifyProcess(first.redis.pid));
    const second = await launch(env);
    expect(await writeAndRead(second)).toEqual({ rows: 2, keys: 2 });
  });

  it('should recover when launcher and stores are killed together', async () => {
    const first = await launch();
    expect(await writeAndRead(first)).toEqual({ rows: 1, keys: 1 });
    for (const pid of [first.child.pid!, first.postgres.pid, first.redis.pid]) process.kill(pid, 'SIGKILL');
    const second = await launch();
    expect(await writeAndRead(second)).toEqual({ rows: 2, keys: 2 });
  });

  it('should start although a stale postmaster.pid names a process that is none of ours', async () => {
    const first = await launch();
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    writeFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), `${process.pid}\n${folder}\n`);
    const second = await launch();
    expect(await writeAndRead(second)).toEqual({ rows: 1, keys: 1 });
    expect(identifyProcess(process.pid)).toBeDefined();
  });

  it('should refuse a second launcher on the same folder and name the first', async () => {
    const first = await launch();
    const second = await launch();
    expect(second.refused).toContain(`is in use by process ${first.child.pid}`);
    expect(await writeAndRead(first)).toEqual({ rows: 1, keys: 1 });
  });

  it('should end the stores in order on SIGTERM', async () => {
    const { child, postgres, redis } = await launch();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await until(() => !identifyProcess(postgres.pid) && !identifyProcess(redis.pid));
  });
});
