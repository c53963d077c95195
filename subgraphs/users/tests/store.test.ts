import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, systemClock } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { readEmail } from '../src/domain/email.js';
import type { Session } from '../src/domain/session.js';
import { EmailTakenError, type User } from '../src/domain/user.js';
import { createLoaders } from '../src/context.js';
import { usersDatabase } from '../src/store/database.js';
import { createPostgresStore } from '../src/store/postgres-store.js';
import type { UsersStore } from '../src/store/store.js';

let test: TestDatabase;
let database: DataSource;
let store: UsersStore;
beforeAll(async () => {
  test = await createTestDatabase();
  const opened = await usersDatabase.connect(test.url);
  await opened.migrate();
  database = opened.handle;
  store = createPostgresStore(database);
});
afterAll(async () => {
  await database.destroy();
  await test.drop();
});

const createdAt = new Date('2026-01-02T03:04:05.678Z');
const person = (changes: Partial<User> = {}): User => {
  const id = newId();
  return {
    id,
    email: `${id}@example.com`,
    emailKey: `${id}@example.com`,
    registrationKey: null,
    tokenEpoch: 0,
    name: 'Test user',
    role: 'CUSTOMER',
    isActive: true,
    passwordHash: 'x',
    createdAt,
    updatedAt: createdAt,
    eventCount: 0,
    ...changes,
  };
};
const sessionOf = (user: User, changes: Partial<Session> = {}): Session => ({
  id: newId(),
  userId: user.id,
  address: null,
  userAgent: null,
  createdAt,
  lastUsedAt: createdAt,
  expiresAt: new Date(Date.now() + 60_000),
  revokedAt: null,
  ...changes,
});

describe('The migrations', () => {
  it('run once when several processes start together', async () => {
    const own = await createTestDatabase();
    const opened = await Promise.all(
      Array.from({ length: 5 }, () => usersDatabase.connect(own.url, { poolSize: 2 })),
    );
    await Promise.all(opened.map(({ migrate }) => migrate()));
    const { handle: source } = opened[0]!;
    const [{ count }] = await source.query('SELECT count(*)::int FROM migrations');
    expect(count).toBe(source.migrations.length);
    await Promise.all(opened.map(({ close }) => close()));
    await own.drop();
  });

  it('give every older account a key, or one of those that share it, and lock out none of them', async () => {
    const own = await createTestDatabase();
    const { handle: source, migrate } = await usersDatabase.connect(own.url, { poolSize: 2 });
    await migrate();
    // Back to the first, since the second reads the addresses.
    for (const _ of source.migrations.slice(1)) await source.undoLastMigration();
    const addresses = [
      'a\u200b@example.com',
      'a@example.com',
      'x@xn--bcher-kva.example',
      'x@bücher.example',
      'i\u0307layda@example.com',
      'a..b@example.com',
    ];
    for (const [index, email] of addresses.entries())
      await source.query(
        `INSERT INTO users (id, email, name, role, is_active, password_hash, created_at, updated_at, event_count, search_text)
         VALUES ($1, $2, 'x', 'CUSTOMER', true, 'x', $3, $3, 0, '')`,
        [newId(), email, new Date(createdAt.getTime() + index)],
      );
    await migrate();
    const migrated = createPostgresStore(source);
    expect((await migrated.findDuplicates()).map(({ email }) => email)).toEqual([addresses[0], addresses[3]]);
    const foundBy = async (given: string) => {
      const email = readEmail(given);
      return typeof email === 'string' ? email : (await migrated.findUserByEmail(email))?.email;
    };
    expect(await foundBy('A@example.com')).toBe(addresses[1]);
    expect(await foundBy('x@BÜCHER.example')).toBe(addresses[3]);
    expect(await foundBy('x@XN--BCHER-KVA.example')).toBe(addresses[2]);
    expect(await foundBy('İlayda@example.com')).toBe(addresses[4]);
    expect(await foundBy('ilayda@example.com')).toBe(addresses[4]);

    // The other account has changed its address: the hourly job gives the key to the one that had none.
    await source.query(
      `UPDATE users SET email = 'b@example.com', email_key = 'b@example.com' WHERE email = $1`,
      [addresses[1]],
    );
    await migrated.fillEmailKeys();
    expect(await foundBy('a@example.com')).toBe(addresses[0]);
    await source.destroy();
    await own.drop();
  });

  it('can be undone and run again', async () => {
    const own = await createTestDatabase();
    const { handle: source, migrate } = await usersDatabase.connect(own.url, { poolSize: 2 });
    await migrate();
    for (const _ of source.migrations) await source.undoLastMigration();
    const tables = await source.query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables).toEqual([{ tablename: 'migrations' }]);
    await migrate();
    await source.destroy();
    await own.drop();
  });

  it('match the mapped tables: TypeORM would only drop indexes and constraints that it does not know', async () => {
    const { upQueries } = await database.driver.createSchemaBuilder().log();
    const changes = upQueries
      .map(({ query }) => query)
      .filter((sql) => !/ DROP CONSTRAINT |^DROP INDEX /.test(sql));
    // Processes of the previous version still write them during a deployment.
    expect(changes).toEqual([
      'ALTER TABLE "refresh_tokens" DROP COLUMN "parent_hash"',
      'ALTER TABLE "refresh_tokens" DROP COLUMN "forgiven_at"',
    ]);
  });
});

describe('The store', () => {
  it('returns a user as it was saved, to the millisecond', async () => {
    const user = person({ name: 'Zoë 👩🏽‍🚀', role: 'ADMIN', eventCount: 3 });
    expect(await store.insertUser(user)).toBe(true);
    expect(await store.findUser(user.id)).toEqual(user);
    expect(await store.findUserByEmail({ key: user.email, earlierForm: '' })).toEqual(user);
  });

  it('gives an address to one user', async () => {
    const [first, second] = [person(), person()];
    expect(await store.insertUser(first)).toBe(true);
    expect(await store.insertUser({ ...second, email: first.email })).toBe(false);
    expect(await store.insertUser(second)).toBe(true);
    await expect(store.saveUser({ ...second, email: first.email })).rejects.toThrow(EmailTakenError);
  });

  it('rolls back a transaction that fails', async () => {
    const user = person();
    const failed = store.transaction(async (tx) => {
      await tx.insertUser(user);
      throw new Error('too late');
    });
    await expect(failed).rejects.toThrow('too late');
    expect(await store.findUser(user.id)).toBeNull();
  });

  it('blocks other writers of a locked user until the transaction ends', async () => {
    const user = person();
    await store.insertUser(user);
    const order: string[] = [];
    let second: Promise<unknown> | undefined;
    await store.transaction(async (tx) => {
      await tx.findUser(user.id, { lock: true });
      second = store.transaction(async (other) => {
        await other.findUser(user.id, { lock: true });
        order.push('second');
      });
      // Inserting a row that refers to the user is not blocked.
      await store.insertSession(sessionOf(user));
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('counts only sessions that were live as ended', async () => {
    const user = person();
    await store.insertUser(user);
    const now = new Date();
    const live = sessionOf(user);
    await store.insertSession(live);
    await store.insertSession(sessionOf(user, { expiresAt: new Date(now.getTime() - 1) }));
    await store.insertSession(sessionOf(user, { revokedAt: createdAt }));
    expect(await store.findLiveSessions([user.id], now)).toEqual([live]);
    expect(await store.revokeSessions({ userId: user.id }, now)).toBe(1);
    expect(await store.revokeSessions({ userId: user.id }, now)).toBe(0);
  });

  it('deletes what ended long ago, and nothing else', async () => {
    const user = person();
    await store.insertUser(user);
    const before = new Date('2026-06-01T00:00:00Z');
    const old = sessionOf(user, { expiresAt: new Date('2026-05-01T00:00:00Z') });
    const live = sessionOf(user);
    for (const session of [old, live]) {
      await store.insertSession(session);
      await store.insertRefreshToken({
        hash: Buffer.from(session.id),
        sessionId: session.id,
        createdAt,
        expiresAt: session.expiresAt,
        usedAt: null,
      });
    }
    await store.deleteEnded(before, before);
    expect(await store.findSession(old.id)).toBeNull();
    expect(await store.findRefreshToken(Buffer.from(old.id))).toBeNull();
    expect(await store.findRefreshToken(Buffer.from(live.id))).not.toBeNull();
  });
});

describe('The loaders', () => {
  it('read a hundred users, known or not, in one query, and their sessions in another', async () => {
    const people = Array.from({ length: 50 }, () => person());
    for (const one of people) {
      await store.insertUser(one);
      await store.insertSession(sessionOf(one));
    }
    const trips: string[] = [];
    const loaders = createLoaders({
      store: {
        findUsers: (ids) => (trips.push('users'), store.findUsers(ids)),
        findLiveSessions: (ids, now) => (trips.push('sessions'), store.findLiveSessions(ids, now)),
      },
      clock: systemClock,
    });
    const ids = people.flatMap(({ id }) => [id.toUpperCase(), newId()]);
    const users = await Promise.all(ids.map((id) => loaders.user.load(id)));
    expect(users.map((user) => user?.id ?? null)).toEqual(people.flatMap(({ id }) => [id, null]));
    const sessions = await Promise.all(people.map(({ id }) => loaders.sessions.load(id)));
    expect(sessions.map((list) => list.length)).toEqual(people.map(() => 1));
    expect(trips).toEqual(['users', 'sessions']);
  });
});
