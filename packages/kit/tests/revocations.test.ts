import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { connectRedis, type RedisConnection } from '@cartograph/events/redis';
import { createLogger } from '../src/logger.js';
import { newId } from '../src/ids.js';
import {
  RevocationList,
  REVOCATIONS_STREAM,
  watchRevocations,
  type Revocation,
  type RevocationWatcher,
} from '../src/revocations.js';
import type { UserIdentity } from '../src/identity.js';

const NOW = Date.now();
const userOf = (changes: Partial<UserIdentity> = {}): UserIdentity => ({
  kind: 'user',
  userId: newId(),
  sessionId: newId(),
  role: 'CUSTOMER',
  expiresAt: NOW + 900_000,
  issuedAt: NOW,
  tokenEpoch: 0,
  ...changes,
});
const endOf = ({ sessionId }: UserIdentity, changes: object = {}): Revocation => ({
  kind: 'session',
  id: sessionId,
  at: NOW,
  endsAt: NOW + 900_000,
  ...changes,
});
const changeOf = ({ userId }: UserIdentity, epoch: number): Revocation => ({
  kind: 'user',
  id: userId,
  epoch,
  at: NOW,
  endsAt: NOW + 900_000,
});

describe('The list of revocations', () => {
  it('refuses the tokens of a session that has ended, and no others of its user', () => {
    const list = new RevocationList();
    const [here, there] = [userOf({ userId: 'u' }), userOf({ userId: 'u' })];
    expect(list.add(endOf(here))).toBe(true);
    expect([list.refuses(here), list.refuses(there)]).toEqual([true, false]);
    expect(list.add(endOf(here))).toBe(false);
  });

  it('refuses tokens from before the rights changed, also those that carry no epoch', () => {
    const list = new RevocationList();
    const old = userOf();
    list.add(changeOf(old, 2));
    // Heard late, or again: it must not take anything back.
    list.add(changeOf(old, 1));
    expect([undefined, 0, 1, 2, 3].map((tokenEpoch) => list.refuses({ ...old, tokenEpoch }))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('takes no entry that has ended', () => {
    const list = new RevocationList();
    const user = userOf();
    expect(list.add(endOf(user, { endsAt: NOW - 1 }))).toBe(false);
    expect(list.refuses(user)).toBe(false);
  });

  it('stays bounded, and rather refuses too much than too little', () => {
    const list = new RevocationList(100);
    const people = Array.from({ length: 1_000 }, (_, index) => userOf({ issuedAt: NOW + index }));
    for (const [index, person] of people.entries()) list.add(endOf(person, { at: NOW + index }));
    expect(list.size).toBeLessThanOrEqual(100);
    expect(people.filter((person) => !list.refuses(person))).toEqual([]);
    expect(list.refuses(userOf({ issuedAt: NOW + 1_001 }))).toBe(false);
  });

  it('forgets what has ended before it gives up what has not', () => {
    const list = new RevocationList(10);
    for (let index = 0; index < 10; index += 1) list.add(endOf(userOf(), { endsAt: NOW + 10 }), NOW);
    const live = Array.from({ length: 9 }, () => userOf());
    for (const person of live) list.add(endOf(person), NOW + 100);
    expect(live.every((person) => list.refuses(person))).toBe(true);
    expect(list.refuses(userOf({ issuedAt: NOW }))).toBe(false);
  });
});

describe('Following the revocations', () => {
  let server: Awaited<ReturnType<typeof startTestRedis>>;
  let redis: RedisConnection;
  let watcher: RevocationWatcher;
  let changes = 0;
  beforeAll(async () => {
    server = await startTestRedis();
    redis = connectRedis(server.url, 'test');
    await until(() => redis.status === 'ready');
    watcher = watchRevocations(server.url, createLogger('test', 'silent'));
    watcher.onChange(() => (changes += 1));
    await watcher.ready;
  });
  afterAll(async () => {
    watcher.close();
    redis.disconnect();
    await server.close();
  });
  const add = (entry: unknown) => redis.xadd(REVOCATIONS_STREAM, '*', 'entry', JSON.stringify(entry));

  it('learns of each one, and tells once of many', async () => {
    const people = Array.from({ length: 500 }, () => userOf());
    await Promise.all(people.map((person) => add(endOf(person))));
    await until(() => people.every((person) => watcher.refuses(person)));
    await until(() => changes > 0);
    expect(changes).toBeLessThan(100);
    expect(watcher.refuses({ kind: 'anonymous' })).toBe(false);
  });

  it('reads what was there before it began, however much', async () => {
    const people = Array.from({ length: 2_500 }, () => userOf());
    await Promise.all(people.map((person) => add(endOf(person))));
    const late = watchRevocations(server.url, createLogger('test', 'silent'));
    await until(() => people.every((person) => late.refuses(person))).finally(() => late.close());
  });

  it('goes on after an entry that it does not understand', async () => {
    const person = userOf();
    await add({ kind: 'planet', id: 'x' });
    await redis.xadd(REVOCATIONS_STREAM, '*', 'other', 'not JSON');
    await add(endOf(person));
    await until(() => watcher.refuses(person));
  });

  it('keeps what it knows while Redis is away, and catches up with what it missed', async () => {
    const [before, missed] = [userOf(), userOf()];
    await add(endOf(before));
    await until(() => watcher.refuses(before));
    await server.process!.kill();
    expect(watcher.refuses(before)).toBe(true);
    await server.process!.start();
    await until(() => redis.status === 'ready');
    await add(endOf(missed));
    await until(() => watcher.refuses(missed));
    expect(watcher.refuses(before)).toBe(true);
  });

  it('is not kept waiting by a Redis that is away when it begins', async () => {
    const lost = watchRevocations('redis://127.0.0.1:9', createLogger('test', 'silent'));
    await lost.ready.finally(() => lost.close());
    expect(lost.refuses(userOf())).toBe(false);
  });
});
