import { describe, expect, it } from '@jest/globals';
import { baseConfigShape, ConfigError, env, readConfig } from '../src/config.js';

const shape = {
  ...baseConfigShape,
  PORT: env.port(4009),
  ORDERS_DATABASE_URL: env.url('postgres', 'postgresql'),
  SAMPLE_DATA: env.boolean(false),
};
const secret = 'a-secret-that-is-long-enough-for-this-test';
const good = { INTERNAL_AUTH_SECRET: secret, ORDERS_DATABASE_URL: 'postgres://localhost/orders' };

describe('readConfig', () => {
  it('reads typed values and fills in defaults', () => {
    expect(readConfig(shape, { ...good, PORT: '4100', SAMPLE_DATA: 'true' })).toMatchObject({
      PORT: 4100,
      SAMPLE_DATA: true,
      LOG_LEVEL: 'info',
    });
  });

  it('names every faulty variable at once, with what was expected and what came', () => {
    const read = () =>
      readConfig(shape, { ...good, PORT: '99999', SAMPLE_DATA: 'perhaps', ORDERS_DATABASE_URL: '' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      [
        'Invalid configuration:',
        '  PORT: expected a port from 0 to 65535 (0: any free one), got "99999"',
        '  ORDERS_DATABASE_URL: expected a URL starting with postgres:// or postgresql://, got nothing',
        '  SAMPLE_DATA: expected true or false, got "perhaps"',
      ].join('\n'),
    );
  });

  it('takes one Redis, or several of a Redis Cluster', () => {
    const read = (REDIS_URL: string) => readConfig({ REDIS_URL: env.redis() }, { REDIS_URL }).REDIS_URL;
    expect(read('redis://a:6379')).toBe('redis://a:6379');
    expect(read('rediss://a:6379, rediss://b:6379')).toBe('rediss://a:6379,rediss://b:6379');
    for (const wrong of ['a:6379', 'http://a', 'redis://a,b', 'redis://a,'])
      expect(() => read(wrong)).toThrow(/REDIS_URL: expected a URL starting with redis:\/\/ or rediss:\/\//);
  });

  it('never repeats a secret or a URL that may hold a password', () => {
    const read = () =>
      readConfig(shape, { INTERNAL_AUTH_SECRET: 'hunter2', ORDERS_DATABASE_URL: 'mysql://root:hunter2@db' });
    expect(read).toThrow(
      'INTERNAL_AUTH_SECRET: expected a secret of at least 32 characters, got 7 characters',
    );
    expect(read).not.toThrow('hunter2');
  });

  it('has no default for a secret in any environment', () => {
    expect(() =>
      readConfig(shape, { ...good, INTERNAL_AUTH_SECRET: undefined, NODE_ENV: 'development' }),
    ).toThrow('INTERNAL_AUTH_SECRET');
  });
});
