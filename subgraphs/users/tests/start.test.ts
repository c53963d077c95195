import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import { usersConfig } from '../src/config.js';
import { SECRET, startUsersWorld } from './support/users-world.js';

describe('The configuration', () => {
  const given = { INTERNAL_AUTH_SECRET: SECRET, USERS_DATABASE_URL: 'postgres://u:p@localhost/users' };

  it('requires a database and a secret, and names every fault at once', () => {
    const read = () =>
      usersConfig.read({ PORT: 'http', REDIS_URL: 'not redis', USERS_DATABASE_URL: 'file:x' });
    expect(read).toThrow(ConfigError);
    for (const name of ['PORT', 'REDIS_URL', 'USERS_DATABASE_URL', 'INTERNAL_AUTH_SECRET'])
      expect(read).toThrow(new RegExp(`${name}: expected`));
  });

  it('refuses the sample users in production, since their password is published', () => {
    expect(() => usersConfig.read({ ...given, NODE_ENV: 'production', SAMPLE_DATA: 'true' })).toThrow(
      /SAMPLE_DATA/,
    );
    expect(() => usersConfig.read({ ...given, SAMPLE_DATA: 'true' })).toThrow(/SAMPLE_DATA/);
    expect(usersConfig.read({ ...given, NODE_ENV: 'development', SAMPLE_DATA: 'true' }).SAMPLE_DATA).toBe(
      true,
    );
  });

  it('migrates at start, except in production', () => {
    expect(usersConfig.read(given).MIGRATE_ON_START).toBe(false);
    expect(usersConfig.read({ ...given, NODE_ENV: 'development' }).MIGRATE_ON_START).toBe(true);
    expect(usersConfig.read({ ...given, MIGRATE_ON_START: 'true' }).MIGRATE_ON_START).toBe(true);
  });

  it('accepts one Redis address, several of a cluster, or none', () => {
    expect(usersConfig.read(given).REDIS_URL).toBeUndefined();
    const cluster = 'redis://a:6379,redis://b:6379';
    expect(usersConfig.read({ ...given, REDIS_URL: cluster }).REDIS_URL).toBe(cluster);
  });
});

describe('The sample users', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  const start = () => startUsersWorld({ databaseUrl: database.url, env: { SAMPLE_DATA: 'true' } });

  it('exist once, and can sign in, after several processes started at once and again', async () => {
    const first = await Promise.all([start(), start(), start()]);
    await Promise.all(first.map((world) => world.close()));
    const world = await start();
    const login = (email: string) => world.mutate('login', { email, password: 'cartograph' });
    expect((await login('ada@example.com')).session?.user).toMatchObject({ role: 'ADMIN' });
    expect((await login('carl@example.com')).session?.user).toMatchObject({ role: 'CUSTOMER' });
    const events = await world.events();
    expect(events.map(({ type, data }) => [type, data['email']])).toEqual([
      ['user.registered', 'ada@example.com'],
      ['user.registered', 'carl@example.com'],
    ]);
    await world.close();
  });
});
