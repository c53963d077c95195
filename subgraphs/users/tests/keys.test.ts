import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, newId, systemClock } from '@cartograph/kit';
import { createTestDatabase, type TestDatabase } from '@cartograph/testing';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose';
import type { DataSource } from 'typeorm';
import { keysCommand } from '../src/cli/keys-command.js';
import { NONCE_LENGTH } from '../src/domain/signing-key.js';
import { usersDatabase } from '../src/store/database.js';
import { createPostgresStore } from '../src/store/postgres-store.js';
import { createAccessToken } from '../src/use-cases/shared/access-tokens.js';
import { createKeyRing } from '../src/use-cases/shared/key-ring.js';
import { PASSWORD, SECRET, startUsersWorld, type UsersWorld } from './support/users-world.js';

const RULES = { issuer: 'cartograph', audience: 'cartograph', algorithms: ['EdDSA'] };
const USER = { id: '019c0000-0000-7000-8000-00000000000c', role: 'CUSTOMER' as const, tokenEpoch: 0 };
const LIFETIME_MS = 900_000;
const logger = createLogger('users', 'silent');

describe('The key ring', () => {
  let test: TestDatabase;
  let database: DataSource;
  beforeAll(async () => {
    test = await createTestDatabase();
    const opened = await usersDatabase.connect(test.url);
    await opened.migrate();
    database = opened.handle;
  });
  afterAll(async () => {
    await database.destroy();
    await test.drop();
  });
  const createRing = (clock: () => Date, secret = SECRET) =>
    createKeyRing({
      store: createPostgresStore(database),
      tokenSecret: secret,
      accessTokenLifetimeMs: LIFETIME_MS,
      clock,
      newId,
      logger,
    });
  const empty = () => database.query('DELETE FROM signing_keys');

  it('gets one key when several processes start together', async () => {
    await empty();
    const rings = Array.from({ length: 8 }, () => createRing(systemClock));
    await Promise.all(rings.map((ring) => ring.ensure()));
    expect(await rings[0]!.list()).toHaveLength(1);
  });

  it('encrypts every private key with its own nonce', async () => {
    await createRing(systemClock).rotate(0);
    const rows: { sealed_private_key: Buffer; public_jwk: object }[] = await database.query(
      'SELECT sealed_private_key, public_jwk FROM signing_keys',
    );
    for (const { sealed_private_key: sealed, public_jwk: publicJwk } of rows) {
      expect(publicJwk).not.toHaveProperty('d');
      expect(sealed.toString('latin1')).not.toMatch(/"(d|kty|crv)"/);
    }
    const nonces = rows.map((row) => row.sealed_private_key.subarray(0, NONCE_LENGTH).toString('hex'));
    expect(new Set(nonces).size).toBe(2);
  });

  /**
   * With the worst possible verifier: it caches the published keys for 15 minutes (HTTP caches do for 15 s, gateways for 20 s)
   * and does not fetch them again for an unknown key. Time is simulated, the store is real.
   */
  it('rotates without a failed request, and stops publishing the old key when its last token has expired', async () => {
    await empty();
    let now = Date.parse('2026-03-01T12:00:00Z');
    const clock = () => new Date(now);
    const signers = [createRing(clock), createRing(clock)];
    const publisher = createRing(clock);
    await signers[0]!.ensure();
    const [oldKey] = await publisher.list();
    const tokens: { value: string; expiresAt: number }[] = [];
    const kidsSigned = new Set<string>();
    let cached: { keys: JSONWebKeySet; at: number } | undefined;
    let newKid = '';

    for (let minute = 0; minute < 90; minute += 1) {
      if (minute === 20) newKid = (await createRing(clock).rotate(1_200_000)).id;
      for (const keyRing of signers) {
        const { value, expiresAt } = await createAccessToken({
          user: USER,
          sessionId: 's',
          keyRing,
          lifetimeMs: LIFETIME_MS,
          now: clock(),
        });
        kidsSigned.add(decodeProtectedHeader(value).kid!);
        tokens.push({ value, expiresAt: expiresAt.getTime() });
      }
      if (!cached || now - cached.at >= LIFETIME_MS) cached = { keys: await publisher.jwks(), at: now };
      const keys = createLocalJWKSet(cached.keys);
      for (const { value } of tokens.filter(({ expiresAt }) => expiresAt > now))
        await jwtVerify(value, keys, { ...RULES, currentDate: clock() });
      now += 60_000;
    }
    expect([...kidsSigned]).toEqual([oldKey!.id, newKid]);
    expect((await publisher.jwks()).keys.map(({ kid }) => kid)).toEqual([newKid]);
  });

  it('signs with the newer of two keys that were created shortly after each other', async () => {
    await empty();
    let now = Date.now();
    const ring = createRing(() => new Date(now));
    await ring.ensure();
    await ring.rotate(1_200_000);
    now += 1000;
    const urgent = await ring.rotate(0);
    expect((await ring.current()).id).toBe(urgent.id);
    now += 1_300_000;
    expect((await ring.current()).id).toBe(urgent.id);
  });

  it('creates a new key, and still publishes the old one, when the secret has changed', async () => {
    await empty();
    const clock = systemClock;
    await createRing(clock).ensure();
    const changed = createRing(clock, 'another-secret-that-is-long-enough-too');
    await changed.ensure();
    const keys = await changed.list();
    expect(keys).toHaveLength(2);
    expect((await changed.jwks()).keys).toHaveLength(2);
    expect(await changed.current()).toMatchObject({ id: keys[0]!.id });
  });

  it('keeps using the keys it knows while the store is unavailable', async () => {
    await empty();
    let now = Date.now();
    const store = createPostgresStore(database);
    let isDown = false;
    const findSigningKeys = () =>
      isDown ? Promise.reject(new Error('down')) : createPostgresStore(database).findSigningKeys();
    const ring = createKeyRing({
      store: { ...store, findSigningKeys },
      tokenSecret: SECRET,
      accessTokenLifetimeMs: LIFETIME_MS,
      clock: () => new Date(now),
      newId,
      logger,
    });
    await ring.ensure();
    const before = await ring.current();
    isDown = true;
    now += 60_000;
    expect(await ring.current()).toEqual(before);
    expect((await ring.jwks()).keys).toHaveLength(1);
  });
});

describe('The published keys', () => {
  let world: UsersWorld;
  beforeAll(async () => {
    world = await startUsersWorld();
  });
  afterAll(() => world.close());

  it('verify access tokens as the gateway does', async () => {
    const { session } = await world.register();
    const keys = createRemoteJWKSet(new URL(`${world.base}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(session.accessToken, keys, RULES);
    expect(protectedHeader).toMatchObject({ alg: 'EdDSA', kid: expect.any(String) });
    expect(payload).toMatchObject({ sub: session.user.id, role: 'CUSTOMER', sid: expect.any(String) });
    expect(payload.exp! - payload.iat!).toBe(900);
  });

  it('can be cached for 15 seconds and contain nothing private', async () => {
    const response = await fetch(`${world.base}/.well-known/jwks.json`);
    expect(response.headers.get('cache-control')).toBe('public, max-age=15');
    const { keys } = (await response.json()) as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']]);
  });
});

describe('npm run keys', () => {
  let world: UsersWorld;
  beforeAll(async () => {
    world = await startUsersWorld();
  });
  afterAll(() => world.close());

  const environment = (more: Record<string, string> = {}) => ({
    USERS_DATABASE_URL: world.databaseUrl,
    INTERNAL_AUTH_SECRET: SECRET,
    ...more,
  });
  const run = (args: string[], env: Record<string, string> = {}) => keysCommand(args, environment(env));

  it('is a program that exits with 0, or with 1 and the reason on stderr', async () => {
    const cli = fileURLToPath(new URL('../dist/cli/keys.js', import.meta.url));
    const env = { PATH: process.env['PATH'], ...environment() };
    const start = (...args: string[]) => promisify(execFile)(process.execPath, [cli, ...args], { env });
    const { kid } = decodeProtectedHeader((await world.register()).session.accessToken);
    const [listed, misused] = await Promise.all([start('list'), start().catch((error: unknown) => error)]);
    expect(listed).toMatchObject({ stdout: `${kid}  signs now\n`, stderr: '' });
    expect(misused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Usage: npm run keys'),
    });
  });

  it('lists keys, rotates them with an overlap, and revokes them', async () => {
    const { session } = await world.register();
    const { kid } = decodeProtectedHeader(session.accessToken);
    expect(await run(['list'])).toEqual({ code: 0, text: `${kid}  signs now\n` });

    const { text } = await run(['rotate', '--now']);
    const newKid = /Created key (\S+);/.exec(text)?.[1];
    expect(text).toContain(`${newKid}  signs now`);
    expect(text).toContain(`${kid}  published until`);

    // A process that starts now signs with the new key and still publishes the old one.
    const next = await startUsersWorld({ databaseUrl: world.databaseUrl });
    const keys = createRemoteJWKSet(new URL(`${next.base}/.well-known/jwks.json`));
    const fresh = await next.mutate('login', { email: session.user.email, password: PASSWORD });
    expect(decodeProtectedHeader(fresh.session!.accessToken).kid).toBe(newKid);
    await jwtVerify(fresh.session!.accessToken, keys, RULES);
    await jwtVerify(session.accessToken, keys, RULES);

    expect((await run(['revoke', kid!])).text).toContain(`${kid}  retired at`);
    const later = await startUsersWorld({ databaseUrl: world.databaseUrl });
    const remaining = createRemoteJWKSet(new URL(`${later.base}/.well-known/jwks.json`));
    await expect(jwtVerify(session.accessToken, remaining, RULES)).rejects.toThrow(/no applicable key/);
    await jwtVerify(fresh.session!.accessToken, remaining, RULES);
    await Promise.all([next.close(), later.close()]);
  });

  it('finds the shop that npm start runs here', async () => {
    const CARTOGRAPH_DATA = mkdtempSync(join(tmpdir(), 'cartograph-keys-'));
    const env = { USERS_DATABASE_URL: world.databaseUrl, INTERNAL_AUTH_SECRET: SECRET };
    const unset = { CARTOGRAPH_DATA, USERS_DATABASE_URL: '', INTERNAL_AUTH_SECRET: '' };
    const write = (pid: number) =>
      writeFileSync(
        join(CARTOGRAPH_DATA, 'stack.json'),
        JSON.stringify({ pid, services: { users: { env } } }),
      );
    write(process.pid);
    expect((await run(['list'], unset)).text).toContain('signs now');
    // The file that a killed launcher left behind does not count as a running shop.
    write(2 ** 22 + 1);
    expect((await run(['list'], unset)).text).toMatch(/USERS_DATABASE_URL: expected .* got nothing/);
    rmSync(CARTOGRAPH_DATA, { recursive: true });
  });

  it('publishes a key 20 minutes before it signs by default', async () => {
    const { text } = await run(['rotate']);
    const from = Date.parse(/signs from ([\dT:.-]+Z)/.exec(text)![1]!);
    expect(from - Date.now()).toBeGreaterThan(1_190_000);
    expect(from - Date.now()).toBeLessThanOrEqual(1_200_000);
  });

  it('prints its usage when it is called with wrong arguments', async () => {
    const misused = [[], ['dance'], ['rotate', '--after', 'soon'], ['revoke'], ['revoke', 'x'], ['--what']];
    for (const { code, text } of await Promise.all(misused.map((args) => run(args)))) {
      expect(code).toBe(1);
      expect(text).toContain('Usage: npm run keys');
    }
  });

  it('names the faulty variables', async () => {
    const { code, text } = await run(['list'], {
      USERS_DATABASE_URL: 'mysql://x',
      INTERNAL_AUTH_SECRET: 'short',
    });
    expect(code).toBe(1);
    expect(text).toMatch(/USERS_DATABASE_URL: expected a URL starting with postgres/);
    expect(text).toMatch(
      /INTERNAL_AUTH_SECRET: expected a secret of at least 32 characters, got 5 characters/,
    );
  });
});
