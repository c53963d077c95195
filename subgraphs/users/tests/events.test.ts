import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBus, parseEvent, type AnyEvent, type EventBus } from '@cartograph/events';
import { createLogger } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

let world: UsersWorld;
let bus: EventBus;
let subscription: { close(): Promise<void> };
const received: AnyEvent[] = [];

beforeAll(async () => {
  world = await startUsersWorld({ redis: true });
  bus = createBus({ redisUrl: world.redis!.url, logger: createLogger('test', 'silent') });
  subscription = await bus.subscribe({
    consumer: 'test',
    types: [
      'user.registered',
      'user.updated',
      'user.deactivated',
      'user.password_reset_requested',
      'user.email_change_requested',
    ],
    handle: async (event) => void received.push(event),
  });
});
afterAll(async () => {
  await subscription.close();
  await bus.close();
  await world.close();
});

const eventsOf = (userId: string, count: number) =>
  until(() => {
    const events = received.filter(({ aggregateId }) => aggregateId === userId);
    return events.length >= count ? events : undefined;
  });

describe('The users service publishes', () => {
  it('every change of a user, in order and valid by its contract', async () => {
    const admin = await world.registerAdmin();
    const { id, identity, email } = await world.register({ name: 'Before' });
    await world.mutate('updateProfile', { name: 'After' }, { as: identity });
    await world.mutate('requestPasswordReset', { email });
    await world.mutate(
      'requestEmailChange',
      { newEmail: 'after@example.com', password: PASSWORD },
      { as: identity },
    );
    const token = (await eventsOf(id, 4)).at(-1) as Extract<
      AnyEvent,
      { type: 'user.email_change_requested' }
    >;
    await world.mutate('confirmEmailChange', { token: token.data.token });
    await world.mutate('setUserActive', { userId: id, isActive: false }, { as: admin.identity });

    const events = await eventsOf(id, 6);
    for (const event of events) expect(parseEvent(event)).toEqual(event);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(events).toMatchObject([
      { type: 'user.registered', data: { userId: id, email, name: 'Before' } },
      { type: 'user.updated', data: { name: 'After' } },
      { type: 'user.password_reset_requested', data: { email, token: expect.any(String) } },
      { type: 'user.email_change_requested', data: { email, newEmail: 'after@example.com' } },
      { type: 'user.updated', data: { email: 'after@example.com' } },
      { type: 'user.deactivated', data: { email: 'after@example.com' } },
    ]);
    expect(new Set(events.map(({ traceparent }) => traceparent)).size).toBe(6);
  });

  it('nothing for a mutation that is refused or changes nothing', async () => {
    const { id, identity, session } = await world.register();
    await world.mutate('updateProfile', { name: session.user.name }, { as: identity });
    await world.mutate('updateProfile', { name: '' }, { as: identity });
    await world.mutate('updateProfile', { name: 'Marker' }, { as: identity });
    expect((await eventsOf(id, 2)).map(({ type }) => type)).toEqual(['user.registered', 'user.updated']);
  });

  it('events in order when one user makes twenty changes at once', async () => {
    const { id, identity } = await world.register();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world.mutate('updateProfile', { name: `Name ${index}` }, { as: identity }),
      ),
    );
    const events = await eventsOf(id, 21);
    expect(events.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 21 }, (_, index) => index + 1),
    );
    const { rows } = await world.database.query('SELECT name FROM users WHERE id = $1', [id]);
    expect(events.at(-1)?.data).toMatchObject({ name: rows[0].name });
  });

  it('what waited in the outbox while there was no bus', async () => {
    const alone = await startUsersWorld();
    const { id } = await alone.register();
    expect(await alone.events()).toHaveLength(1);
    await alone.stopApp();
    const second = await startUsersWorld({
      databaseUrl: alone.databaseUrl,
      env: { REDIS_URL: world.redis!.url },
    });
    expect(await eventsOf(id, 1)).toMatchObject([{ type: 'user.registered' }]);
    await second.close();
    await alone.close();
  });
});
