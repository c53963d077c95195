import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identityOf, PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

const NEW_PASSWORD = 'another good one';

let world: UsersWorld;
beforeAll(async () => {
  world = await startUsersWorld();
});
afterAll(() => world.close());

const refresh = (refreshToken: string) => world.mutate('refreshSession', { refreshToken });
const login = (email: string, password: string) => world.mutate('login', { email, password });

/** The token in the last mail event of a user, from the outbox. */
async function mailedToken(userId: string, type: string): Promise<string> {
  const event = (await world.events()).findLast(
    ({ type: of, data }) => of === type && data['userId'] === userId,
  );
  if (!event) throw new Error(`No ${type} for ${userId}.`);
  return event.data['token']!;
}

/** Makes all tokens of a user this many seconds older. */
const age = (userId: string, seconds: number) =>
  world.database.query(
    `UPDATE one_time_tokens SET created_at = created_at - make_interval(secs => $2),
     expires_at = expires_at - make_interval(secs => $2) WHERE user_id = $1`,
    [userId, seconds],
  );

describe('The profile', () => {
  it('accepts a new name and trims it', async () => {
    const { identity } = await world.register();
    const { user } = await world.mutate('updateProfile', { name: '  Zoë 👩🏽‍🚀  ' }, { as: identity });
    expect(user).toMatchObject({ name: 'Zoë 👩🏽‍🚀' });
  });

  it('keeps fields that the input omits', async () => {
    const { identity, session } = await world.register();
    const { user } = await world.mutate('updateProfile', {}, { as: identity });
    expect(user).toMatchObject({ name: session.user.name });
  });

  it.each(['', '   ', '\u200b\u200d', 'a\nb', 'a\u0000b', 'a\u202eb', 'x'.repeat(101)])(
    'refuses the name %j',
    async (name) => {
      const { identity } = await world.register();
      const { userErrors } = await world.mutate('updateProfile', { name }, { as: identity });
      expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['name'] }]);
    },
  );
});

describe('Changing the password', () => {
  it('ends the other sessions and gives this one new tokens', async () => {
    const { session: other, email } = await world.register();
    const session = (await login(email, PASSWORD)).session!;
    const changed = await world.mutate(
      'changePassword',
      { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      { as: identityOf(session) },
    );
    expect(identityOf(changed.session!).sessionId).toBe(identityOf(session).sessionId);
    expect((await refresh(changed.session!.refreshToken)).session).not.toBeNull();
    expect((await refresh(other.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await login(email, PASSWORD)).refusal).toBe('INVALID_CREDENTIALS');
    expect((await login(email, NEW_PASSWORD)).session).not.toBeNull();
  });

  it('invalidates the old refresh token of this session', async () => {
    const { session, identity } = await world.register();
    await world.mutate(
      'changePassword',
      { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
      { as: identity },
    );
    await world.database.query(`UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds'`);
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
  });

  it('requires the current password', async () => {
    const { identity } = await world.register();
    const { userErrors } = await world.mutate(
      'changePassword',
      { currentPassword: 'a guess', newPassword: NEW_PASSWORD },
      { as: identity },
    );
    expect(userErrors).toMatchObject([
      {
        code: 'INVALID_CREDENTIALS',
        message: 'Your current password is incorrect.',
        field: ['currentPassword'],
      },
    ]);
  });

  it('refuses a new password that is too short or too long', async () => {
    const { identity } = await world.register();
    for (const newPassword of ['1234567', 'x'.repeat(201)]) {
      const input = { currentPassword: PASSWORD, newPassword };
      const { userErrors } = await world.mutate('changePassword', input, { as: identity });
      expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['newPassword'] }]);
    }
  });

  it('is refused once the session has ended, although the access token has not expired', async () => {
    const { identity } = await world.register();
    await world.mutate('logout', {}, { as: identity });
    const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await world.mutate('changePassword', input, { as: identity })).refusal).toBe('UNAUTHENTICATED');
  });
});

describe('Changing the e-mail address', () => {
  const request = (newEmail: string, identity: ReturnType<typeof identityOf>, password = PASSWORD) =>
    world.mutate('requestEmailChange', { newEmail, password }, { as: identity });
  const confirm = (token: string, as?: ReturnType<typeof identityOf>) =>
    world.mutate('confirmEmailChange', { token }, as && { as });

  it('takes effect once the token mailed to the new address is confirmed', async () => {
    const { id, identity, email } = await world.register();
    const requested = await request(' Fresh@Example.com ', identity);
    expect(requested.payload).toMatchObject({ email: 'fresh@example.com', user: { email } });
    const token = await mailedToken(id, 'user.email_change_requested');
    expect((await confirm(token, identity)).payload).toMatchObject({
      user: { id, email: 'fresh@example.com' },
    });
    expect((await login('fresh@example.com', PASSWORD)).session).not.toBeNull();
    expect((await login(email, PASSWORD)).refusal).toBe('INVALID_CREDENTIALS');
    expect((await confirm(token, identity)).refusal).toBe('INVALID_TOKEN');
  });

  it('can be confirmed without signing in, which shows no user', async () => {
    const { id, identity } = await world.register();
    await request('elsewhere@example.com', identity);
    const { result, payload } = await confirm(await mailedToken(id, 'user.email_change_requested'));
    expect(result.errors).toBeUndefined();
    expect(payload).toEqual({ email: 'elsewhere@example.com', user: null, userErrors: [] });
  });

  it('requires the password', async () => {
    const { identity } = await world.register();
    const { userErrors } = await request('x@example.com', identity, 'a guess');
    expect(userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: ['password'] }]);
  });

  it('refuses an address that another account has, even if it was taken after the request', async () => {
    const { id, identity } = await world.register();
    const { email: taken } = await world.register();
    expect((await request(taken, identity)).refusal).toBe('EMAIL_TAKEN');
    await request('contested@example.com', identity);
    await world.register({ email: 'contested@example.com' });
    const { refusal } = await confirm(await mailedToken(id, 'user.email_change_requested'));
    expect(refusal).toBe('EMAIL_TAKEN');
  });

  it('sends at most one mail a minute', async () => {
    const { id, identity } = await world.register();
    await request('first@example.com', identity);
    expect((await request('second@example.com', identity)).refusal).toBe('RATE_LIMITED');
    await age(id, 61);
    expect((await request('second@example.com', identity)).refusal).toBeUndefined();
  });

  it('refuses a token after a day', async () => {
    const { id, identity } = await world.register();
    await request('late@example.com', identity);
    await age(id, 24 * 3600);
    expect((await confirm(await mailedToken(id, 'user.email_change_requested'))).refusal).toBe(
      'INVALID_TOKEN',
    );
  });
});

describe('Resetting the password', () => {
  const request = (email: string) => world.mutate('requestPasswordReset', { email });
  const reset = (token: string, newPassword = NEW_PASSWORD) =>
    world.mutate('resetPassword', { token, newPassword });

  it('sets a new password, ends all sessions and signs in', async () => {
    const { id, email, session } = await world.register();
    expect((await request(email.toUpperCase())).payload).toEqual({ isAccepted: true, userErrors: [] });
    const done = await reset(await mailedToken(id, 'user.password_reset_requested'));
    expect(done.session?.user.id).toBe(id);
    expect((await refresh(session.refreshToken)).refusal).toBe('INVALID_REFRESH_TOKEN');
    expect((await login(email, PASSWORD)).refusal).toBe('INVALID_CREDENTIALS');
    expect((await login(email, NEW_PASSWORD)).session).not.toBeNull();
  });

  it('works once, even if the link is opened ten times at the same moment', async () => {
    const { id, email } = await world.register();
    await request(email);
    const token = await mailedToken(id, 'user.password_reset_requested');
    const attempts = await Promise.all(Array.from({ length: 10 }, () => reset(token)));
    expect(attempts.filter(({ session }) => session !== null)).toHaveLength(1);
    expect(attempts.filter(({ refusal }) => refusal === 'INVALID_TOKEN')).toHaveLength(9);
  });

  it('keeps the token valid when the new password is refused', async () => {
    const { id, email } = await world.register();
    await request(email);
    const token = await mailedToken(id, 'user.password_reset_requested');
    expect((await reset(token, 'short')).userErrors).toMatchObject([{ field: ['newPassword'] }]);
    expect((await reset(token)).session).not.toBeNull();
  });

  it('refuses a token after 30 minutes', async () => {
    const { id, email } = await world.register();
    await request(email);
    await age(id, 30 * 60);
    expect((await reset(await mailedToken(id, 'user.password_reset_requested'))).refusal).toBe(
      'INVALID_TOKEN',
    );
  });

  it('answers the same, in about the same time, whether or not an account exists', async () => {
    const { email } = await world.register();
    const timed = async (address: string) => {
      const startedAt = performance.now();
      const { result } = await request(address);
      return { result, ms: performance.now() - startedAt };
    };
    const known = await timed(email);
    const unknown = await timed('unknown-account@example.com');
    expect(unknown.result).toEqual(known.result);
    for (const { ms } of [known, unknown]) expect(ms).toBeGreaterThan(240);
  });

  it('sends at most one mail a minute, without revealing it', async () => {
    const { id, email } = await world.register();
    const count = async () =>
      (await world.events()).filter(
        ({ type, data }) => type === 'user.password_reset_requested' && data['userId'] === id,
      ).length;
    await Promise.all([request(email), request(email), request(email)]);
    expect(await count()).toBe(1);
    await age(id, 61);
    await request(email);
    expect(await count()).toBe(2);
  });

  it('does nothing for a deactivated account', async () => {
    const admin = await world.registerAdmin();
    const { id, email } = await world.register();
    await world.mutate('setUserActive', { userId: id, isActive: false }, { as: admin.identity });
    expect((await request(email)).payload).toEqual({ isAccepted: true, userErrors: [] });
    await expect(mailedToken(id, 'user.password_reset_requested')).rejects.toThrow('No user.password');
  });

  it('stores tokens only as hashes', async () => {
    const { id, email } = await world.register();
    await request(email);
    const token = await mailedToken(id, 'user.password_reset_requested');
    const { rows } = await world.database.query('SELECT hash FROM one_time_tokens WHERE user_id = $1', [id]);
    expect(rows).toHaveLength(1);
    expect(rows[0].hash.toString('base64url')).not.toBe(token);
  });
});
