import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  identityOf,
  PASSWORD,
  startUsersWorld,
  type Tokens,
  type UsersWorld,
} from './support/users-world.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0';

let world: UsersWorld;
beforeAll(async () => {
  world = await startUsersWorld();
});
afterAll(() => world.close());

const refresh = (refreshToken: string) => world.mutate('refreshSession', { refreshToken });

/** Moves all uses of refresh tokens this many seconds into the past. */
const age = (seconds: number) =>
  world.database.query(`UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $1)`, [seconds]);

const auditOf = async (userId: string) => {
  const { rows } = await world.database.query<{ type: string }>(
    'SELECT type FROM security_events WHERE user_id = $1 ORDER BY occurred_at, id',
    [userId],
  );
  return rows.map(({ type }) => type);
};

describe('Refreshing', () => {
  it('returns a new pair of tokens in the same session', async () => {
    const { session } = await world.register();
    const next = (await refresh(session.refreshToken)).session!;
    expect(next.refreshToken).not.toBe(session.refreshToken);
    expect(identityOf(next).sessionId).toBe(identityOf(session).sessionId);
    expect((await refresh(next.refreshToken)).session).not.toBeNull();
  });

  it('stores only hashes of refresh tokens', async () => {
    const { session } = await world.register();
    const { rows } = await world.database.query('SELECT * FROM refresh_tokens');
    const text = rows.map((row) => `${JSON.stringify(row)} ${row.hash.toString('latin1')}`).join();
    expect(text).not.toContain(session.refreshToken);
  });

  it('answers a retry within 10 seconds with tokens that work', async () => {
    const { session } = await world.register();
    await refresh(session.refreshToken); // its response is lost
    await age(9);
    const retry = (await refresh(session.refreshToken)).session!;
    expect((await refresh(retry.refreshToken)).session).not.toBeNull();
  });

  it('keeps the first response valid if it arrives after all and the retry is never used', async () => {
    const { session } = await world.register();
    const first = (await refresh(session.refreshToken)).session!;
    await refresh(session.refreshToken);
    await age(60);
    const later = (await refresh(first.refreshToken)).session!;
    expect((await refresh(later.refreshToken)).session).not.toBeNull();
  });

  it.each([3, 20])(
    'answers %i requests at the same moment, to two processes, with tokens that all work',
    async (count) => {
      const other = await startUsersWorld({ databaseUrl: world.databaseUrl });
      const { session } = await world.register();
      const input = { refreshToken: session.refreshToken };
      const exchange = (each: Tokens | typeof input, index: number) =>
        (index % 2 ? world : other).mutate('refreshSession', { refreshToken: each.refreshToken });
      const first = await Promise.all(Array.from({ length: count }, (_, index) => exchange(input, index)));
      expect(first.map(({ refusal }) => refusal)).toEqual(Array(count).fill(undefined));
      for (const { session: given } of first) {
        const { data } = await world.query<{ me: { id: string } }>(
          '{ me { id } }',
          {},
          { as: identityOf(given!) },
        );
        expect(data?.me.id).toBe(session.user.id);
      }
      // Whichever of the responses a client keeps.
      await age(60);
      const second = await Promise.all(first.map(({ session: given }, index) => exchange(given!, index)));
      expect(second.map(({ refusal }) => refusal)).toEqual(Array(count).fill(undefined));
      await age(60);
      expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
      expect((await refresh(second[0]!.session!.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
      await other.close();
    },
  );

  it('answers a late retry with the newest token, not one that has been used since', async () => {
    const { session } = await world.register();
    const next = (await refresh(session.refreshToken)).session!;
    const newest = (await refresh(next.refreshToken)).session!;
    const retry = (await refresh(session.refreshToken)).session!;
    expect(retry.refreshToken).toBe(newest.refreshToken);
    await age(60);
    expect((await refresh(retry.refreshToken)).session).not.toBeNull();
  });

  it('refuses retries after a password change, even within 10 seconds', async () => {
    const { session, identity } = await world.register();
    const stolen = (await refresh(session.refreshToken)).session!;
    const changed = await world.mutate(
      'changePassword',
      { currentPassword: PASSWORD, newPassword: 'another long password' },
      { as: identity },
    );
    for (const { refreshToken } of [session, stolen])
      expect((await refresh(refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(changed.session!.refreshToken)).session).not.toBeNull();
  });

  it('ends the session when a used token is used again after 10 seconds', async () => {
    const { session, identity } = await world.register();
    const next = (await refresh(session.refreshToken)).session!;
    await age(11);
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(next.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    const { refusal } = await world.mutate('updateProfile', { name: 'Thief' }, { as: identity });
    expect(refusal).toBe('UNAUTHENTICATED');
  });

  it('detects a thief who used the retry window at the next exchange', async () => {
    const { session } = await world.register();
    const owner = (await refresh(session.refreshToken)).session!;
    const thief = (await refresh(session.refreshToken)).session!;
    const ownerNext = (await refresh(owner.refreshToken)).session!;
    await age(11);
    expect((await refresh(thief.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(ownerNext.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
  });

  it('does not affect the user’s other sessions', async () => {
    const { session, email } = await world.register();
    const other = (await world.mutate('login', { email, password: PASSWORD })).session!;
    await refresh(session.refreshToken);
    await age(11);
    await refresh(session.refreshToken);
    expect((await refresh(other.refreshToken)).session).not.toBeNull();
  });

  it('refuses an expired token and an unknown one', async () => {
    const { session } = await world.register();
    await world.database.query(`UPDATE refresh_tokens SET expires_at = now() WHERE session_id = $1`, [
      identityOf(session).sessionId,
    ]);
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh('never\u0000was')).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh('')).refusal).toBe('INVALID_REFRESH_TOKEN');
  });

  it('returns the current role, whatever the old token contained', async () => {
    const { session, id } = await world.register();
    await world.database.query(`UPDATE users SET role = 'ADMIN' WHERE id = $1`, [id]);
    expect(identityOf((await refresh(session.refreshToken)).session!).role).toBe('ADMIN');
  });
});

describe('Signing out', () => {
  it('ends one session by its access token', async () => {
    const { session, identity, email } = await world.register();
    const other = (await world.mutate('login', { email, password: PASSWORD })).session!;
    expect((await world.mutate('logout', {}, { as: identity })).payload).toMatchObject({ endedSessions: 1 });
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await refresh(other.refreshToken)).session).not.toBeNull();
    expect((await world.mutate('logout', {}, { as: identity })).payload).toMatchObject({ endedSessions: 0 });
  });

  it('ends one session by its refresh token when the access token has expired', async () => {
    const { session } = await world.register();
    const { refreshToken } = session;
    expect((await world.mutate('logout', { refreshToken })).payload).toMatchObject({ endedSessions: 1 });
    expect((await refresh(refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await world.mutate('logout', { refreshToken: 'nonsense' })).payload).toMatchObject({
      endedSessions: 0,
    });
  });

  it('ends all sessions everywhere', async () => {
    const { session, identity, email, id } = await world.register();
    const other = (await world.mutate('login', { email, password: PASSWORD })).session!;
    const out = await world.mutate('logout', { everywhere: true }, { as: identity });
    expect(out.payload).toMatchObject({ endedSessions: 2 });
    for (const { refreshToken } of [session, other])
      expect((await refresh(refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect(await auditOf(id)).toEqual(['REGISTERED', 'SIGNED_IN', 'SIGNED_OUT_EVERYWHERE']);
  });

  it('requires a guest to send a refresh token', async () => {
    expect((await world.mutate('logout', {})).refusal).toBe('UNAUTHENTICATED');
  });
});

describe('The list of sessions', () => {
  const SESSIONS = '{ me { sessions { id device address isCurrent lastUsedAt createdAt expiresAt } } }';
  type Listed = { me: { sessions: { id: string; device: string; isCurrent: boolean; address: string }[] } };

  it('shows each device with its address, most recently used first', async () => {
    const { email } = await world.register({}, { userAgent: FIREFOX, address: '192.0.2.1' });
    const second = await world.mutate(
      'login',
      { email, password: PASSWORD },
      { userAgent: 'curl/8.5.0', address: '192.0.2.2' },
    );
    const { data } = await world.query<Listed>(SESSIONS, {}, { as: identityOf(second.session!) });
    expect(data?.me.sessions).toMatchObject([
      { device: 'curl', address: '192.0.2.2', isCurrent: true },
      { device: 'Firefox on Linux', address: '192.0.2.1', isCurrent: false },
    ]);
  });

  it('no longer contains a session that was revoked from another one', async () => {
    const { session, email } = await world.register();
    const here = identityOf((await world.mutate('login', { email, password: PASSWORD })).session!);
    const there = identityOf(session).sessionId;
    const revoked = await world.mutate('revokeSession', { sessionId: there }, { as: here });
    expect(revoked.payload).toMatchObject({ sessionId: there, userErrors: [] });
    const { data } = await world.query<Listed>(SESSIONS, {}, { as: here });
    expect(data?.me.sessions.map(({ id }) => id)).toEqual([here.sessionId]);
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await world.mutate('revokeSession', { sessionId: there }, { as: here })).refusal).toBe(
      'NOT_FOUND',
    );
  });

  it('cannot be changed by another customer, but by staff', async () => {
    const { session } = await world.register();
    const { sessionId } = identityOf(session);
    const stranger = await world.register();
    const foreign = await world.mutate('revokeSession', { sessionId }, { as: stranger.identity });
    expect(foreign.refusal).toBe('NOT_FOUND');
    const malformed = await world.mutate(
      'revokeSession',
      { sessionId: '1 or 1=1' },
      { as: stranger.identity },
    );
    expect(malformed.refusal).toBe('NOT_FOUND');
    const admin = await world.registerAdmin();
    const byStaff = await world.mutate('revokeSession', { sessionId }, { as: admin.identity });
    expect(byStaff.payload).toMatchObject({ sessionId });
  });
});
