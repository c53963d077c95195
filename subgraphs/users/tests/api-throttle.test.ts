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
  it('are slowed after five, also for the right password, and say for how long', async () => {
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

  it('are slowed in the same way for an address that nobody has', async () => {
    const refusals: (string | undefined)[] = [];
    for (let time = 0; time < 6; time += 1) refusals.push((await guess('nobody@example.com')).refusal);
    expect(refusals).toEqual([...Array<string>(5).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
  });

  it('are checked no more than a burst of times when they come all at once', async () => {
    const { email } = await world.register();
    const outcomes = await Promise.all(Array.from({ length: 60 }, () => guess(email)));
    const checked = outcomes.filter(({ refusal }) => refusal === 'INVALID_CREDENTIALS');
    expect(checked.length).toBeLessThanOrEqual(20);
    expect(outcomes.filter(({ refusal }) => refusal === 'RATE_LIMITED')).toHaveLength(60 - checked.length);
  });

  it('are counted for all processes together', async () => {
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

  it('are slowed for one network over all accounts', async () => {
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

  it('are slowed where a present password is asked for, too', async () => {
    const { identity } = await world.register();
    const input = { currentPassword: 'a guess', newPassword: 'another good one' };
    for (let time = 0; time < 5; time += 1) await world.mutate('changePassword', input, { as: identity });
    expect((await world.mutate('changePassword', input, { as: identity })).refusal).toBe('RATE_LIMITED');
  });

  it('name nobody in Redis', async () => {
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

  it('leave signing in possible, and stay slowed, while Redis is away', async () => {
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
