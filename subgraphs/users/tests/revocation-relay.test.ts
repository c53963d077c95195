import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectRedis, type RedisConnection } from '@cartograph/events/redis';
import { createLogger, newId, REVOCATIONS_STREAM } from '@cartograph/kit';
import { createTestDatabase, startTestRedis, until, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { usersDatabase } from '../src/store/database.js';
import { createPostgresStore } from '../src/store/postgres-store.js';
import { openRevocationStream } from '../src/store/revocation-stream.js';
import type { UsersStore } from '../src/store/store.js';
import { createRevocationRelay, type RevocationRelay } from '../src/use-cases/relay-revocations.js';

let test: TestDatabase;
let database: DataSource;
let store: UsersStore;
let server: Awaited<ReturnType<typeof startTestRedis>>;
let redis: RedisConnection;
let relay: RevocationRelay;
beforeAll(async () => {
  test = await createTestDatabase();
  const opened = await usersDatabase.connect(test.url, { poolSize: 4 });
  await opened.migrate();
  database = opened.handle;
  store = createPostgresStore(database);
  server = await startTestRedis();
  redis = connectRedis(server.url, 'test');
  await until(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await server.close();
  await database.destroy();
  await test.drop();
});
beforeEach(async () => {
  await database.query('DELETE FROM revocations');
  startRelay();
});
afterEach(() => relay.stop());

function startRelay(): void {
  relay = createRevocationRelay({
    openStream: (onConnected) => openRevocationStream(server.url, onConnected),
    log: store,
    logger: createLogger('users', 'silent'),
  });
  relay.start();
}

/** Stores that a session has ended, as a transaction of any process does. @returns its id */
async function revokeSession(lifetimeMs = 60_000): Promise<string> {
  const [id, at] = [newId(), Date.now()];
  await store.insertRevocation({ kind: 'session', id, at, endsAt: at + lifetimeMs });
  return id;
}

async function sent(): Promise<string[]> {
  const entries: [id: string, fields: string[]][] = await redis.xrange(REVOCATIONS_STREAM, '-', '+');
  return entries.map(([, fields]) => (JSON.parse(fields[1]!) as { id: string }).id);
}

const isSent = (id: string) => async () => (await sent().catch((): string[] => [])).includes(id);

describe('The relay of revocations', () => {
  it('sends what another process has stored, each revocation once while nothing fails', async () => {
    await until(isSent(await revokeSession()));
    const ids = await Promise.all(Array.from({ length: 50 }, () => revokeSession()));
    await until(
      async () => (await store.findRevocations({ unsent: true, first: 1, now: new Date() })).length === 0,
    );
    const all = await sent();
    expect(ids.map((id) => all.filter((one) => one === id).length)).toEqual(ids.map(() => 1));
  });

  it('keeps what is stored while Redis is down, and resends what has not expired when it starts empty', async () => {
    const [before, over] = [await revokeSession(), await revokeSession(1)];
    await until(isSent(before));
    await server.process!.kill();
    const during = await revokeSession();
    await server.process!.start();
    await until(isSent(during));
    expect(await sent()).toEqual(expect.arrayContaining([before, during]));
    expect(await sent()).not.toContain(over);
  });

  it('recovers from a Redis that freezes, and can be stopped while it is frozen', async () => {
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))![1]);
    process.kill(pid, 'SIGSTOP');
    const during = await revokeSession();
    relay.wake();
    await relay.stop();
    process.kill(pid, 'SIGCONT');
    startRelay();
    await until(isSent(during));
  });
});
