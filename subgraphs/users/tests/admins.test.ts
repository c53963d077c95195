import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '@cartograph/kit';
import { usersCommand } from '../src/cli/users-command.js';
import { usersConfig } from '../src/config.js';
import { PASSWORD, SECRET, startUsersWorld, type UsersWorld } from './support/users-world.js';

let world: UsersWorld;
beforeAll(async () => {
  world = await startUsersWorld();
});
afterAll(() => world.close());
beforeEach(() => world.database.query(`UPDATE users SET role = 'CUSTOMER'`));

const environment = () => ({
  USERS_DATABASE_URL: world.databaseUrl,
  INTERNAL_AUTH_SECRET: SECRET,
  STOREFRONT_URL: 'https://shop.example',
});
const run = (...args: string[]) => usersCommand(args, environment());

const usersNamed = async (email: string) => {
  const { rows } = await world.database.query<{ id: string; role: string; is_active: boolean }>(
    'SELECT id, role, is_active FROM users WHERE email = $1',
    [email],
  );
  return rows;
};

describe('npm run users -- make-admin', () => {
  it('promotes an account by any spelling of its address, and says which one', async () => {
    const person = await world.register({ email: 'boss@bücher.example', name: 'The Boss' });
    const { code, text } = await run('make-admin', 'BOSS@xn--bcher-kva.example');
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/boss@bücher\.example .*"The Boss".* is now an administrator/),
    ]);
    expect(await usersNamed('boss@bücher.example')).toMatchObject([{ id: person.id, role: 'ADMIN' }]);
    expect((await run('make-admin', 'boss@bücher.example')).text).toContain('already an administrator');
    const { session } = await world.mutate('login', { email: person.email, password: PASSWORD });
    expect(session?.user.role).toBe('ADMIN');
  });

  it('creates an account if there is none, with a link that sets the password once', async () => {
    const { code, text } = await run('make-admin', 'New.Boss@example.com');
    expect(code).toBe(0);
    const url = new URL(/^https:.*$/m.exec(text)![0]);
    expect([url.origin, url.pathname]).toEqual(['https://shop.example', '/reset-password']);
    const input = { token: url.searchParams.get('token'), newPassword: PASSWORD };
    const { session } = await world.mutate('resetPassword', input);
    expect(session?.user).toMatchObject({ email: 'new.boss@example.com', role: 'ADMIN' });
    expect((await world.mutate('resetPassword', input)).refusal).toBe('INVALID_TOKEN');
    expect(
      (await world.mutate('login', { email: 'new.boss@example.com', password: PASSWORD })).session,
    ).not.toBeNull();
    const more = await run('make-admin', 'new.boss@example.com', '--link');
    expect(more.text).toMatch(/already an administrator[^]*reset-password\?token=/);
  });

  it('creates one account when it runs ten times at once', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => run('make-admin', 'ten@example.com')),
    );
    expect(outcomes.map(({ code }) => code)).toEqual(Array(10).fill(0));
    expect(await usersNamed('ten@example.com')).toMatchObject([{ role: 'ADMIN' }]);
  });

  it('does not change a deactivated account, and says what to do', async () => {
    const { id, email } = await world.register();
    await world.database.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
    const { code, text } = await run('make-admin', email);
    expect([code, text]).toEqual([1, expect.stringContaining('setUserActive')]);
    expect(await usersNamed(email)).toMatchObject([{ role: 'CUSTOMER', is_active: false }]);
  });

  it('prints its usage when it is called with wrong arguments', async () => {
    for (const args of [
      [],
      ['dance'],
      ['make-admin'],
      ['make-admin', 'no-address'],
      ['make-admin', 'a@b.example', 'c'],
      ['--what'],
    ]) {
      const { code, text } = await run(...args);
      expect([code, text]).toEqual([1, expect.stringContaining('Usage: npm run users')]);
    }
  });

  it('is a program, as in the container', async () => {
    const cli = fileURLToPath(new URL('../dist/cli/users.js', import.meta.url));
    const env = { PATH: process.env['PATH'], ...environment() };
    const { stdout } = await promisify(execFile)(process.execPath, [cli, 'make-admin', 'cli@example.com'], {
      env,
    });
    expect(stdout).toMatch(/^Created cli@example\.com as an administrator\.\n/);
  });
});

describe('ADMIN_EMAIL', () => {
  const startWith = (databaseUrl: string, ADMIN_EMAIL: string) =>
    startUsersWorld({ databaseUrl, env: { ADMIN_EMAIL } });
  const roles = async ({ database }: UsersWorld) => {
    const { rows } = await database.query<{ email: string; role: string }>(
      'SELECT email, role FROM users ORDER BY email',
    );
    return rows;
  };

  it('creates the first administrator once, although several processes start together', async () => {
    const first = await startUsersWorld();
    const firstStarts = await Promise.all([
      startWith(first.databaseUrl, 'Root@example.com'),
      startWith(first.databaseUrl, 'root@example.com'),
    ]);
    expect(await roles(first)).toEqual([{ email: 'root@example.com', role: 'ADMIN' }]);
    const events = await first.events();
    expect(events.map(({ type }) => type)).toEqual(['user.registered', 'user.password_reset_requested']);
    const { session } = await first.mutate('resetPassword', {
      token: events[1]!.data['token'],
      newPassword: PASSWORD,
    });
    expect(session?.user.role).toBe('ADMIN');

    // A demoted administrator stays demoted, even if the shop then has no administrator.
    await first.database.query(`UPDATE users SET role = 'CUSTOMER'`);
    const later = await startWith(first.databaseUrl, 'root@example.com');
    const other = await startWith(first.databaseUrl, 'another@example.com');
    expect(await roles(first)).toEqual([{ email: 'root@example.com', role: 'CUSTOMER' }]);
    await Promise.all([...firstStarts, later, other].map((each) => each.close()));
    await first.close();
  });

  it('does nothing in a shop that has an administrator, even after that one is deactivated', async () => {
    const first = await startUsersWorld();
    const admin = await first.registerAdmin();
    const second = await startWith(first.databaseUrl, 'late@example.com');
    await first.database.query(`UPDATE users SET is_active = false`);
    const third = await startWith(first.databaseUrl, 'late@example.com');
    expect(await roles(first)).toEqual([{ email: admin.email, role: 'ADMIN' }]);
    await Promise.all([second.close(), third.close()]);
    await first.close();
  });

  it('must be an e-mail address', () => {
    const env = {
      USERS_DATABASE_URL: 'postgres://x/y',
      INTERNAL_AUTH_SECRET: SECRET,
      ADMIN_EMAIL: 'no-address',
    };
    expect(() => usersConfig.read(env)).toThrow(ConfigError);
    expect(() => usersConfig.read(env)).toThrow(
      /ADMIN_EMAIL: expected an e-mail address .* got "no-address"/,
    );
    expect(usersConfig.read({ ...env, ADMIN_EMAIL: '' }).ADMIN_EMAIL).toBeUndefined();
  });
});
