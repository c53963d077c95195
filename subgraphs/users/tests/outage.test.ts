import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestPostgres, until } from '@cartograph/testing';
import { PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

let postgres: Awaited<ReturnType<typeof startTestPostgres>>;
let world: UsersWorld;
beforeAll(async () => {
  postgres = await startTestPostgres({ databases: ['users'] });
  world = await startUsersWorld({ databaseUrl: postgres.urlFor('users') });
  // The pool reports that the server closed its connections.
  world.database.on('error', () => {});
});
afterAll(async () => {
  await world.close();
  await postgres.close();
});

describe('While Postgres is down', () => {
  it('the service answers SERVICE_UNAVAILABLE, keeps publishing its keys, and recovers on its own', async () => {
    const { email, session } = await world.register();
    await postgres.process!.kill();

    const duringOutage = await world.mutate('login', { email, password: PASSWORD });
    expect(duringOutage.refusal).toBe('SERVICE_UNAVAILABLE');
    expect((await fetch(`${world.base}/readyz`)).status).toBe(503);
    expect((await fetch(`${world.base}/healthz`)).status).toBe(200);
    const jwks = await fetch(`${world.base}/.well-known/jwks.json`);
    expect(((await jwks.json()) as { keys: unknown[] }).keys).toHaveLength(1);

    await postgres.process!.start();
    await until(async () => (await fetch(`${world.base}/readyz`)).status === 200);
    expect((await world.mutate('login', { email, password: PASSWORD })).session).not.toBeNull();
    // What was committed before the kill is still there.
    const refreshed = await world.mutate('refreshSession', { refreshToken: session.refreshToken });
    expect(refreshed.session).not.toBeNull();
  });
});
