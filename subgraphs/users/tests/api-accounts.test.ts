import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { SERVER_COST } from '../src/use-cases/shared/passwords.js';
import { identityOf, PASSWORD, startUsersWorld, type UsersWorld } from './support/users-world.js';

let world: UsersWorld;
beforeAll(async () => {
  // These tests check the cost of hashing.
  world = await startUsersWorld({ passwordCost: SERVER_COST });
});
afterAll(() => world.close());

describe('Registering', () => {
  it('creates a customer and signs in', async () => {
    const { session, identity } = await world.register({ email: 'new@example.com', name: 'New Person' });
    expect(session.user).toMatchObject({ email: 'new@example.com', name: 'New Person', role: 'CUSTOMER' });
    const { data } = await world.query('{ me { id email isActive createdAt } }', {}, { as: identity });
    expect(data).toMatchObject({ me: { id: session.user.id, email: 'new@example.com', isActive: true } });
  });

  it('treats an address in another case, width or with spaces as the same', async () => {
    const { id } = await world.register({ email: '  Mixed.Case@Example.COM ' });
    const again = await world.mutate('register', {
      email: 'mixed.case@example.com',
      password: PASSWORD,
      name: 'X',
    });
    expect(again.userErrors).toMatchObject([{ code: 'EMAIL_TAKEN', field: ['email'] }]);
    const fullWidth = 'ｍｉｘｅｄ.case@example.com';
    const { session } = await world.mutate('login', { email: fullWidth, password: PASSWORD });
    expect(session?.user.id).toBe(id);
  });

  it.each([
    ['İlayda@example.com', 'ilayda@example.com'],
    ['Jürgen@Bücher.example', 'jürgen@xn--bcher-kva.example'],
    ['οδοσ@example.com', 'ΟΔΟΣ@example.com'],
  ])('treats %s and %s as the same address, and accepts either to sign in', async (one, other) => {
    const { id } = await world.register({ email: one });
    const again = await world.mutate('register', { email: other, password: PASSWORD, name: 'X' });
    expect(again.refusal).toBe('EMAIL_TAKEN');
    for (const email of [one, other])
      expect((await world.mutate('login', { email, password: PASSWORD })).session?.user.id).toBe(id);
    expect((await world.mutate('requestPasswordReset', { email: other })).payload).toMatchObject({
      isAccepted: true,
    });
    expect((await world.events()).at(-1)).toMatchObject({
      type: 'user.password_reset_requested',
      data: { userId: id },
    });
  });

  it.each(['a\u200b@example.com', 'a\u00ad@example.com', 'a@exam\u2060ple.com', 'a..b@example.com'])(
    'refuses %j, to sign in and to reset a password too',
    async (email) => {
      const inputs = { register: { password: PASSWORD, name: 'X' }, login: { password: PASSWORD } };
      for (const [name, more] of Object.entries({ ...inputs, requestPasswordReset: {} })) {
        const { userErrors } = await world.mutate(name, { email, ...more });
        expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['email'] }]);
      }
    },
  );

  it('counts failures of all spellings of an address together', async () => {
    await world.register({ email: 'ilknur@bücher.example' });
    const spellings = ['İlknur@bücher.example', 'ILKNUR@BÜCHER.example', 'ilknur@xn--bcher-kva.example'];
    const attempt = (index: number) =>
      world.mutate('login', { email: spellings[index % 3], password: 'wrong password' });
    const refusals: (string | undefined)[] = [];
    for (let index = 0; index < 6; index += 1) refusals.push((await attempt(index)).refusal as string);
    expect(refusals).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
  });

  describe('with an idempotency key', () => {
    const registration = (changes: object = {}) => ({
      email: 'repeat@example.com',
      password: PASSWORD,
      name: 'Repeater',
      idempotencyKey: 'form-1',
      ...changes,
    });

    it('answers repeats, and twenty at once, with sessions of one account', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => world.mutate('register', registration())),
      );
      answers.push(await world.mutate('register', registration()));
      const ids = new Set(answers.map(({ session }) => session?.user.id));
      expect(ids.size).toBe(1);
      expect([...ids][0]).toBeDefined();
      const registered = (await world.events()).filter(({ data }) => data['email'] === 'repeat@example.com');
      expect(registered).toHaveLength(1);
      const { session } = answers.at(-1)!;
      expect(
        (await world.mutate('refreshSession', { refreshToken: session!.refreshToken })).session,
      ).not.toBeNull();
    });

    it.each([
      ['another key', { idempotencyKey: 'form-2' }],
      ['no key', { idempotencyKey: null }],
      ['another password', { password: 'another password' }],
    ])('is refused as taken with %s', async (_what, changes) => {
      await world.mutate('register', registration());
      const { userErrors } = await world.mutate('register', registration(changes));
      expect(userErrors).toMatchObject([{ code: 'EMAIL_TAKEN', field: ['email'] }]);
    });

    it('can be repeated for a day', async () => {
      await world.mutate('register', registration());
      await world.database.query(
        `UPDATE users SET created_at = created_at - interval '25 hours' WHERE email = 'repeat@example.com'`,
      );
      expect((await world.mutate('register', registration())).refusal).toBe('EMAIL_TAKEN');
    });

    it('refuses an invalid key', async () => {
      for (const idempotencyKey of ['', 'x'.repeat(256), 'ключ']) {
        const { userErrors } = await world.mutate('register', registration({ idempotencyKey }));
        expect(userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['idempotencyKey'] }]);
      }
    });
  });

  it('names every faulty field at once', async () => {
    const { userErrors } = await world.mutate('register', {
      email: 'no address',
      password: 'short',
      name: '\u0007',
    });
    expect(userErrors.map(({ code, field }) => [code, field])).toEqual([
      ['INVALID_INPUT', ['email']],
      ['INVALID_INPUT', ['password']],
      ['INVALID_INPUT', ['name']],
    ]);
  });

  it('creates one account when twenty requests use an address at once', async () => {
    const attempts = Array.from({ length: 20 }, () =>
      world.mutate('register', { email: 'race@example.com', password: PASSWORD, name: 'Racer' }),
    );
    const outcomes = (await Promise.all(attempts)).map(({ session, refusal }) =>
      session ? 'created' : refusal,
    );
    expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'EMAIL_TAKEN')).toHaveLength(19);
    const events = await world.events();
    expect(events.filter(({ data }) => data['email'] === 'race@example.com')).toHaveLength(1);
  });

  it('stores the password as argon2id with 19 MiB, two passes and one lane', async () => {
    const { id } = await world.register();
    const { rows } = await world.database.query('SELECT password_hash FROM users WHERE id = $1', [id]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('Signing in', () => {
  it('answers an unknown address and a wrong password with the same message', async () => {
    const { email } = await world.register();
    const wrong = await world.mutate('login', { email, password: 'not the password' });
    const unknown = await world.mutate('login', {
      email: 'unknown@example.com',
      password: 'not the password',
    });
    expect(wrong.userErrors).toEqual([
      { code: 'INVALID_CREDENTIALS', message: 'Incorrect e-mail address or password.', field: null },
    ]);
    expect(unknown.result).toEqual(wrong.result);
  });

  it('takes as long for an unknown address as for a wrong password', async () => {
    const emails = await Promise.all(Array.from({ length: 12 }, async () => (await world.register()).email));
    const timeOf = async (email: string) => {
      const startedAt = performance.now();
      await world.mutate('login', { email, password: 'not the password' });
      return performance.now() - startedAt;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    // Interleaved, so that other load on the machine affects both alike.
    for (const [index, email] of emails.entries()) {
      known.push(await timeOf(email));
      unknown.push(await timeOf(`unknown${index}@example.com`));
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
    expect(median(unknown)).toBeGreaterThan(median(known) * 0.4);
    expect(median(unknown)).toBeLessThan(median(known) / 0.4);
  });

  it('renews a hash that was created with another cost', async () => {
    const { id, email } = await world.register();
    const cheap = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
    await world.database.query('UPDATE users SET password_hash = $1 WHERE id = $2', [cheap, id]);
    expect((await world.mutate('login', { email, password: PASSWORD })).session).not.toBeNull();
    const { rows } = await world.database.query('SELECT password_hash FROM users WHERE id = $1', [id]);
    expect(rows[0].password_hash).toMatch(/m=19456,t=2,p=1/);
    expect((await world.mutate('login', { email, password: PASSWORD })).session).not.toBeNull();
  });

  it('accepts a password from a system that composes letters differently', async () => {
    const { email } = await world.register({ password: 'caf\u00e9 cr\u00e8me' });
    const { session } = await world.mutate('login', { email, password: 'cafe\u0301 cre\u0300me' });
    expect(session).not.toBeNull();
  });

  it('reveals that an account is deactivated only with the right password', async () => {
    const admin = await world.registerAdmin();
    const { id, email } = await world.register();
    await world.mutate('setUserActive', { userId: id, isActive: false }, { as: admin.identity });
    const right = await world.mutate('login', { email, password: PASSWORD });
    expect(right.refusal).toBe('ACCOUNT_DEACTIVATED');
    expect((await world.mutate('login', { email, password: 'a wrong one' })).refusal).toBe(
      'INVALID_CREDENTIALS',
    );
  });

  it('shows the user their own account in the same response, but no other account', async () => {
    const { id: other } = await world.register();
    const { email } = await world.register();
    const { data, errors } = await world.query(
      `mutation ($input: LoginInput!) { login(input: $input) { session { user { email sessions { isCurrent } } } } }`,
      { input: { email, password: PASSWORD } },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ login: { session: { user: { email } } } });
    const { session } = await world.mutate('login', { email, password: PASSWORD });
    const foreign = await world.query(
      'query ($id: ID!) { user(id: $id) { email } }',
      { id: other },
      {
        as: identityOf(session!),
      },
    );
    expect(foreign).toMatchObject({ data: { user: null }, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });
});
