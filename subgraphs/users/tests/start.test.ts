import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import { readUsersConfig } from '../src/config.js';
import { SECRET, startUsersWorld } from './support/users-world.js';

describe('The configuration', () => {
  const given = { INTERNAL_AUTH_SECRET: SECRET, USERS_DATABASE_URL: 'postgres://u:p@localhost/users' };

  it('needs an address and a secret, and names all that is wrong at once', () => {
    const read = () =>
      readUsersConfig({ PORT: 'http', REDIS_URL: 'not redis', USERS_DATABASE_URL: 'file:x' });
    expect(read).toThrow(ConfigError);
    for (const name of ['PORT', 'REDIS_URL', 'USERS_DATABASE_URL', 'INTERNAL_AUTH_SECRET'])
      expect(read).toThrow(new RegExp(`${name}: expected`));
  });

  it('refuses the sample users, whose password everybody knows, in production', () => {
    expect(() => readUsersConfig({ ...given, NODE_ENV: 'production', SAMPLE_DATA: 'true' })).toThrow(
      /SAMPLE_DATA/,
    );
    expect(() => readUsersConfig({ ...given, SAMPLE_DATA: 'true' })).toThrow(/SAMPLE_DATA/);
    expect(readUsersConfig({ ...given, NODE_ENV: 'development', SAMPLE_DATA: 'true' }).SAMPLE_DATA).toBe(
      true,
    );
  });

  it('migrates at the start except in production', () => {
    expect(readUsersConfig(given).MIGRATE_ON_START).toBe(false);
    expect(readUsersConfig({ ...given, NODE_ENV: 'development' }).MIGRATE_ON_START).toBe(true);
    expect(readUsersConfig({ ...given, MIGRATE_ON_START: 'true' }).MIGRATE_ON_START).toBe(true);
  });

  it('takes one address of Redis, several of a cluster, or none', () => {
    expect(readUsersConfig(given).REDIS_URL).toBe('');
    const cluster = 'redis://a:6379,redis://b:6379';
    expect(readUsersConfig({ ...given, REDIS_URL: cluster }).REDIS_URL).toBe(cluster);
  });
});

describe('The sample users', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  const start = () => startUsersWorld({ databaseUrl: database.url, env: { SAMPLE_DATA: 'true' } });

  it('are there once, and sign in, after several processes started together, twice', async () => {
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
