import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

let world: UsersWorld;
beforeAll(async () => {
  world = await startUsersWorld({ redis: true });
});
afterAll(() => world.close());

const guess = (email: string, options: { at?: UsersWorld; address?: string } = {}) =>
  (options.at ?? world).mutate(
    'login',
    { email, password: 'a wrong guess' },
    { address: options.address ?? '192.0.2.1' },
  );

describe('Failed logins', () => {
  it('are slowed down after five, for the right password too, and the message says for how long', async () => {
    const { email } = await world.register();
    for (let time = 0; time < 5; time += 1) expect((await guess(email)).refusal).toBe('INVALID_CREDENTIALS');
    const { userErrors } = await world.mutate(
      'login',
      { email, password: PASSWORD },
      { address: '192.0.2.99' },
    );
    expect(userErrors).toMatchObject([
      { code: 'RATE_LIMITED', message: expect.stringMatching(/again in 1 second/) },
    ]);
  });

  it('are slowed down the same way for an unknown address', async () => {
    const refusals: (string | undefined)[] = [];
    for (let time = 0; time < 6; time += 1) refusals.push((await guess('unknown@example.com')).refusal);
    expect(refusals).toEqual([...Array<string>(5).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
  });

  it('are checked at most a burst of times when they arrive at once', async () => {
    const { email } = await world.register();
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => guess(email)));
    const checked = outcomes.filter(({ refusal }) => refusal === 'INVALID_CREDENTIALS');
    expect(checked.length).toBeLessThanOrEqual(20);
    expect(outcomes.filter(({ refusal }) => refusal === 'RATE_LIMITED')).toHaveLength(60 - checked.length);
  });

  it('are counted across all processes', async () => {
    const second = await startUsersWorld({
      databaseUrl: world.databaseUrl,
      env: { REDIS_URL: world.redis!.url },
    });
    const { email } = await world.register();
    for (let time = 0; time < 5; time += 1) await guess(email, { at: time % 2 ? second : world });
    expect((await guess(email, { at: second })).refusal).toBe('RATE_LIMITED');
    expect((await guess(email)).refusal).toBe('RATE_LIMITED');
    await second.close();
  });

  it('are slowed down for one network across all accounts', async () => {
    const refusals: (string | undefined)[] = [];
    for (let time = 0; time < 51; time += 1)
      refusals.push((await guess(`victim${time}@example.com`, { address: '2001:db8::1' })).refusal);
    expect(refusals.slice(0, 50)).toEqual(Array<string>(50).fill('INVALID_CREDENTIALS'));
    expect(refusals[50]).toBe('RATE_LIMITED');
    expect((await guess('victim99@example.com', { address: '2001:db8::2' })).refusal).toBe('RATE_LIMITED');
    expect((await guess('victim99@example.com', { address: '2001:db8:1::2' })).refusal).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('are slowed down where the current password is required, too', async () => {
    const { identity } = await world.register();
    const input = { currentPassword: 'a guess', newPassword: 'another good one' };
    for (let time = 0; time < 5; time += 1) await world.mutate('changePassword', input, { as: identity });
    expect((await world.mutate('changePassword', input, { as: identity })).refusal).toBe('RATE_LIMITED');
  });

  it('leave no address or e-mail address in Redis', async () => {
    const { email } = await world.register();
    await guess(email, { address: '192.0.2.55' });
    const { Redis } = await import('ioredis');
    const client = new Redis(world.redis!.url);
    const keys = await client.keys('*');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toContain(email);
    expect(keys.join()).not.toContain('192.0.2.55');
    await client.quit();
  });

  it('stay slowed down, and signing in stays possible, while Redis is down', async () => {
    const { email } = await world.register();
    await world.redis!.process!.kill();
    const { session } = await world.mutate('login', { email, password: PASSWORD });
    expect(session).not.toBeNull();
    const other = 'without-redis@example.com';
    for (let time = 0; time < 5; time += 1) expect((await guess(other)).refusal).toBe('INVALID_CREDENTIALS');
    expect((await guess(other)).refusal).toBe('RATE_LIMITED');
    const ready = await fetch(`${world.base}/readyz`);
    expect(ready.status).toBe(200);
    await world.redis!.process!.start();
  });
});
