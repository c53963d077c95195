import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@cartograph/testing';
import { identifyProcess } from '../src/process/identity.js';
import { startStack, type Stack, type StackEvent, type StackOptions } from '../src/stack.js';

/** A service that answers with its environment, and does what `behave` says. */
const service = `
import { createServer } from 'node:http';
const readyAt = Date.now() + 100;
if (process.env.FAIL_WITH) { console.error(process.env.FAIL_WITH); process.exit(1); }
createServer((request, response) => {
  if (request.url === '/crash') process.exit(7);
  if (request.url === '/readyz') response.statusCode = Date.now() > readyAt ? 200 : 503;
  response.end(JSON.stringify(process.env));
}).listen(Number(process.env.PORT), process.env.HOST, () => console.log('Listening'));
process.on('SIGTERM', () => { console.log('Draining'); process.exit(0); });
`;

describe('startStack', () => {
  let root: string;
  let stack: Stack | undefined;
  let events: StackEvent[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'cartograph-stack-'));
    events = [];
    for (const folder of ['gateway', 'subgraphs/users', 'subgraphs/cart']) {
      mkdirSync(join(root, folder, 'dist'), { recursive: true });
      writeFileSync(join(root, folder, 'package.json'), '{"type":"module"}');
      writeFileSync(join(root, folder, 'dist', 'main.js'), service);
    }
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  const start = async (options: Partial<StackOptions> = {}) => {
    stack = await startStack({
      root,
      dataDir: join(root, '.data'),
      onEvent: (event) => events.push(event),
      ...options,
    });
    return stack;
  };
  const environmentOf = async (running: Stack, name: string) =>
    (await (await fetch(running.url(name))).json()) as Record<string, string>;

  it('should start the services that exist with the stores they need, and tell each where the others are', async () => {
    const running = await start();
    expect(running.services).toEqual(['gateway', 'users', 'cart']);
    const users = await environmentOf(running, 'users');
    expect(users).toMatchObject({
      CART_URL: running.url('cart'),
      USERS_DATABASE_URL: expect.stringMatching(/^postgres:.*\/users$/),
      REDIS_URL: expect.stringMatching(/^redis:/),
      AUTH_JWKS_URL: `${running.url('users')}/.well-known/jwks.json`,
      // Those that do not run as well: the gateway must not fall back to another shop's addresses.
      SUBGRAPH_URLS: expect.stringMatching(
        `^users=${running.url('users')}/graphql,products=http://127.0.0.1:\\d+/graphql,cart=${running.url('cart')}/graphql,`,
      ),
      INTERNAL_AUTH_SECRET: running.internalAuthSecret,
      HOST: '127.0.0.1',
      NODE_ENV: 'development',
    });
    expect((await environmentOf(running, 'cart'))['USERS_DATABASE_URL']).toBeUndefined();
  });

  it('should say in a file for its owner alone how to reach what runs, for as long as it runs', async () => {
    const running = await start({ services: ['users', 'cart'] });
    const file = join(root, '.data', 'stack.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      pid: process.pid,
      services: {
        users: {
          url: running.url('users'),
          env: {
            USERS_DATABASE_URL: running.storeUrl('users', 'USERS_DATABASE_URL'),
            REDIS_URL: running.storeUrl('users', 'REDIS_URL'),
            INTERNAL_AUTH_SECRET: running.internalAuthSecret,
          },
        },
        cart: {
          url: running.url('cart'),
          env: {
            REDIS_URL: running.storeUrl('cart', 'REDIS_URL'),
            INTERNAL_AUTH_SECRET: running.internalAuthSecret,
          },
        },
      },
    });
    await running.stop();
    expect(existsSync(file)).toBe(false);
  });

  it('should end everything on stop, services before stores', async () => {
    const running = await start();
    const pids = ['gateway', 'users', 'cart', 'postgres', 'redis'].map((name) => running.pid(name)!);
    await running.stop();
    expect(pids.map(identifyProcess)).toEqual(pids.map(() => undefined));
    expect(readFileSync(join(root, '.data', 'logs', 'users.log'), 'utf8')).toContain('Draining');
    expect(events.filter(({ type }) => type === 'stopped').map(({ name }) => name)[0]).toBe('gateway');
    expect(existsSync(join(root, '.data', 'lock'))).toBe(false);
  });

  it('should keep the secret between starts, in a file for its owner alone', async () => {
    const first = (await start({ services: ['cart'] })).internalAuthSecret;
    await stack!.stop();
    expect((await start({ services: ['cart'] })).internalAuthSecret).toBe(first);
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(root, '.data', 'secrets.json')).mode & 0o777).toBe(0o600);
  });

  it('should begin anew when asked to, and only in a folder of its own', async () => {
    const first = (await start({ services: ['cart'] })).internalAuthSecret;
    await stack!.stop();
    expect((await start({ services: ['cart'], fresh: true })).internalAuthSecret).not.toBe(first);
    const foreign = join(root, 'foreign', 'mail');
    mkdirSync(foreign, { recursive: true });
    await expect(startStack({ root, dataDir: join(root, 'foreign'), fresh: true })).rejects.toThrow(
      /nothing in it is deleted/,
    );
    expect(existsSync(foreign)).toBe(true);
  });

  it('should start no store whose address is given', async () => {
    const running = await start({ services: ['cart'], env: { REDIS_URL: 'redis://elsewhere:6379' } });
    expect((await environmentOf(running, 'cart'))['REDIS_URL']).toBe('redis://elsewhere:6379');
    expect(() => running.pid('redis')).toThrow('Nothing called redis runs here; there are cart.');
  });

  it('should bring a killed service and a killed store back where they were', async () => {
    const running = await start({ services: ['cart', 'users'] });
    const before = await environmentOf(running, 'users');
    for (const name of ['users', 'redis', 'postgres']) {
      const pid = running.pid(name)!;
      await running.kill(name);
      expect(identifyProcess(pid)).toBeUndefined();
      expect(running.pid(name)).toBeUndefined();
      await running.start(name);
    }
    const { PORT, REDIS_URL, USERS_DATABASE_URL } = await environmentOf(running, 'users');
    expect(before).toMatchObject({ PORT, REDIS_URL, USERS_DATABASE_URL });
  });

  it('should start again what crashed, and say so', async () => {
    const running = await start({ services: ['cart'], restartCrashed: true });
    await fetch(`${running.url('cart')}/crash`).catch(() => {});
    await until(() => events.some(({ type }) => type === 'restarted'));
    expect(events).toContainEqual({
      type: 'crashed',
      name: 'cart',
      how: 'ended with exit code 7',
      retryInMs: 500,
    });
    expect((await fetch(running.url('cart'))).ok).toBe(true);
  });

  it('should end the rest and repeat its words when a service does not start', async () => {
    const starting = start({ serviceEnv: { cart: { FAIL_WITH: 'REDIS_URL: expected a URL' } } });
    await expect(starting).rejects.toThrow(
      /cart ended with exit code 1\. It printed:\nREDIS_URL: expected a URL/,
    );
    expect(existsSync(join(root, '.data', 'lock'))).toBe(false);
  });

  it('should name every taken port before it starts anything', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    await expect(start({ firstPort: port - 3 })).rejects.toThrow(
      `Port ${port} (cart) is taken by another program.`,
    );
    blocker.close();
    expect(existsSync(join(root, '.data', 'redis'))).toBe(false);
  });

  it('should give up a start when told to, leaving nothing', async () => {
    const abort = new AbortController();
    const starting = start({ signal: abort.signal });
    abort.abort(new Error('Changed my mind.'));
    await expect(starting).rejects.toThrow('Changed my mind.');
    expect(existsSync(join(root, '.data', 'lock'))).toBe(false);
  });

  it('should refuse a data folder that another stack uses', async () => {
    await start({ services: ['cart'] });
    await expect(startStack({ root, dataDir: join(root, '.data') })).rejects.toThrow(/is in use by process/);
  });
});
