import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import { identifyProcess } from '@cartograph/processes';
import { until } from '@cartograph/testing';

interface Launched {
  readonly child: ChildProcess;
  readonly postgres: { url: string; pid: number };
  readonly redis: { url: string; pid: number };
  readonly refused?: string;
}

const script = fileURLToPath(new URL('fixtures/launch-stores.mjs', import.meta.url));

describe('stores under a launcher', () => {
  /** One for all, as a developer's: making a Postgres cluster takes longer than all that is done to it here. */
  let folder: string;
  /** Notes that were acknowledged in it. */
  let written = 0;
  const children: ChildProcess[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cartograph-launcher-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  });

  async function launch(env: NodeJS.ProcessEnv = process.env, at = folder): Promise<Launched> {
    const child = spawn(process.execPath, [script, at], {
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

  async function expectAllKept(launched: Launched): Promise<void> {
    written += 1;
    expect(await writeAndRead(launched)).toEqual({ rows: written, keys: written });
  }

  it('should leave no process behind when the launcher is killed, and keep what was acknowledged', async () => {
    const first = await launch();
    await expectAllKept(first);
    first.child.kill('SIGKILL');
    // No waiting: the second start meets whatever is still ending.
    const second = await launch();
    expect(identifyProcess(first.postgres.pid)).toBeUndefined();
    expect(identifyProcess(first.redis.pid)).toBeUndefined();
    await expectAllKept(second);
  });

  it('should leave none behind either where the kernel cannot be asked to see to it', async () => {
    // A PATH without setpriv, as on macOS. Files then belong to another user, so it gets a separate folder.
    const own = mkdtempSync(join(tmpdir(), 'cartograph-launcher-'));
    const programs = join(own, 'programs');
    mkdirSync(programs);
    // Without setpriv, root cannot take Postgres past closed folders either.
    chmodSync(own, 0o755);
    const redisServer = execFileSync('/bin/sh', ['-c', 'command -v redis-server'], {
      encoding: 'utf8',
    }).trim();
    symlinkSync(redisServer, join(programs, 'redis-server'));
    const env = { PATH: programs };
    const first = await launch(env, own);
    expect(await writeAndRead(first)).toEqual({ rows: 1, keys: 1 });
    first.child.kill('SIGKILL');
    await until(() => !identifyProcess(first.postgres.pid) && !identifyProcess(first.redis.pid));
    const second = await launch(env, own);
    expect(await writeAndRead(second)).toEqual({ rows: 2, keys: 2 });
    second.child.kill('SIGTERM');
    await once(second.child, 'exit');
    rmSync(own, { recursive: true, force: true });
  });

  it('should recover when launcher and stores are killed together', async () => {
    const first = await launch();
    await expectAllKept(first);
    for (const pid of [first.child.pid!, first.postgres.pid, first.redis.pid]) process.kill(pid, 'SIGKILL');
    const second = await launch();
    await expectAllKept(second);
  });

  it('should start although a stale postmaster.pid names a process that is none of ours', async () => {
    const first = await launch();
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    writeFileSync(join(folder, 'postgres', 'cluster', 'postmaster.pid'), `${process.pid}\n${folder}\n`);
    const second = await launch();
    await expectAllKept(second);
    expect(identifyProcess(process.pid)).toBeDefined();
  });

  it('should refuse a second launcher on the same folder and name the first', async () => {
    const first = await launch();
    const second = await launch();
    expect(second.refused).toContain(`is in use by process ${first.child.pid}`);
    await expectAllKept(first);
  });

  it('should end the stores in order on SIGTERM', async () => {
    const { child, postgres, redis } = await launch();
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await until(() => !identifyProcess(postgres.pid) && !identifyProcess(redis.pid));
  });
});
