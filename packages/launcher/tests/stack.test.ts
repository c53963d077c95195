import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@cartograph/testing';
import { identifyProcess } from '@cartograph/processes';
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

function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'cartograph-stack-'));
  for (const folder of ['gateway', 'subgraphs/users', 'subgraphs/cart']) {
    mkdirSync(join(root, folder, 'dist'), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(root, folder, 'dist', 'main.js'), service);
  }
  return root;
}

const environmentOf = async (running: Stack, name: string) =>
  (await (await fetch(running.url(name))).json()) as Record<string, string>;

/** One start for all: Postgres takes longer than everything else here together. In the order of a stack's life. */
describe('a stack of the services that exist', () => {
  let root: string;
  let stack: Stack;
  /** The services in the order of their end, and whether their stores were there until then. */
  const ended: { name: string; hadStores: boolean }[] = [];
  const isRunning = (name: string) => identifyProcess(stack.pid(name)!) !== undefined;
  beforeAll(async () => {
    root = makeRoot();
    stack = await startStack({
      root,
      dataDir: join(root, '.data'),
      onEvent({ type, name }) {
        if (type === 'stopped') ended.push({ name, hadStores: ['postgres', 'redis'].every(isRunning) });
      },
    });
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('should have the stores they need, and tell each service where the others are', async () => {
    expect(stack.services).toEqual(['gateway', 'users', 'cart']);
    const users = await environmentOf(stack, 'users');
    expect(users).toMatchObject({
      CART_URL: stack.url('cart'),
      USERS_DATABASE_URL: expect.stringMatching(/^postgres:.*\/users$/),
      REDIS_URL: expect.stringMatching(/^redis:/),
      AUTH_JWKS_URL: `${stack.url('users')}/.well-known/jwks.json`,
      // Those that do not run as well: the gateway must not fall back to another shop's addresses.
      SUBGRAPH_URLS: expect.stringMatching(
        `^users=${stack.url('users')}/graphql,products=http://127.0.0.1:\\d+/graphql,cart=${stack.url('cart')}/graphql,`,
      ),
      INTERNAL_AUTH_SECRET: stack.internalAuthSecret,
      HOST: '127.0.0.1',
      NODE_ENV: 'development',
    });
    expect((await environmentOf(stack, 'cart'))['USERS_DATABASE_URL']).toBeUndefined();
  });

  it('should say in a file for its owner alone how to reach what runs', () => {
    const file = join(root, '.data', 'stack.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { internalAuthSecret: INTERNAL_AUTH_SECRET } = stack;
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      pid: process.pid,
      services: {
        users: {
          url: stack.url('users'),
          env: {
            USERS_DATABASE_URL: stack.storeUrl('users', 'USERS_DATABASE_URL'),
            REDIS_URL: stack.storeUrl('users', 'REDIS_URL'),
            INTERNAL_AUTH_SECRET,
          },
        },
        cart: {
          url: stack.url('cart'),
          env: { REDIS_URL: stack.storeUrl('cart', 'REDIS_URL'), INTERNAL_AUTH_SECRET },
        },
      },
    });
  });

  it('should refuse its data folder to another', async () => {
    await expect(startStack({ root, dataDir: join(root, '.data') })).rejects.toThrow(/is in use by process/);
  });

  it('should bring a killed service and a killed store back where they were', async () => {
    const before = await environmentOf(stack, 'users');
    for (const name of ['users', 'redis', 'postgres']) {
      const pid = stack.pid(name)!;
      await stack.kill(name);
      expect(identifyProcess(pid)).toBeUndefined();
      expect(stack.pid(name)).toBeUndefined();
      await stack.start(name);
    }
    const { PORT, REDIS_URL, USERS_DATABASE_URL } = await environmentOf(stack, 'users');
    expect(before).toMatchObject({ PORT, REDIS_URL, USERS_DATABASE_URL });
  });

  it('should end everything on stop, services before stores', async () => {
    const pids = ['gateway', 'users', 'cart', 'postgres', 'redis'].map((name) => stack.pid(name)!);
    await stack.stop();
    expect(ended).toHaveLength(3);
    expect(pids.map(identifyProcess)).toEqual(pids.map(() => undefined));
    expect(readFileSync(join(root, '.data', 'logs', 'users.log'), 'utf8')).toContain('Draining');
    expect(ended.map(({ name }) => name)[0]).toBe('gateway');
    expect(ended.every(({ hadStores }) => hadStores)).toBe(true);
    expect(existsSync(join(root, '.data', 'lock'))).toBe(false);
    expect(existsSync(join(root, '.data', 'stack.json'))).toBe(false);
  });
});

describe('startStack', () => {
  let root: string;
  let stack: Stack | undefined;
  let events: StackEvent[];

  beforeEach(() => {
    root = makeRoot();
    events = [];
  });
  afterEach(async () => {
    await stack?.stop();
    stack = undefined;
    rmSync(root, { recursive: true, force: true });
  });

  /** With the cart, which needs Redis alone. */
  const start = async (options: Partial<StackOptions> = {}) => {
    stack = await startStack({
      root,
      dataDir: join(root, '.data'),
      services: ['cart'],
      onEvent: (event) => events.push(event),
      ...options,
    });
    return stack;
  };

  it('should keep the secret between starts, in a file for its owner alone, unless started fresh', async () => {
    const first = (await start()).internalAuthSecret;
    await stack!.stop();
    expect((await start()).internalAuthSecret).toBe(first);
    expect(first.length).toBeGreaterThanOrEqual(32);
    expect(statSync(join(root, '.data', 'secrets.json')).mode & 0o777).toBe(0o600);
    await stack!.stop();
    expect((await start({ fresh: true })).internalAuthSecret).not.toBe(first);
  });

  it('should start fresh only in a data folder of Cartograph', async () => {
    const foreign = join(root, 'foreign', 'mail');
    mkdirSync(foreign, { recursive: true });
    await expect(startStack({ root, dataDir: join(root, 'foreign'), fresh: true })).rejects.toThrow(
      /nothing in it is deleted/,
    );
    expect(existsSync(foreign)).toBe(true);
  });

  it('should start no store whose address is given', async () => {
    const running = await start({ env: { REDIS_URL: 'redis://elsewhere:6379' } });
    expect((await environmentOf(running, 'cart'))['REDIS_URL']).toBe('redis://elsewhere:6379');
    expect(() => running.pid('redis')).toThrow('Nothing called redis runs here; there are cart.');
  });

  it('should start again what crashed, and say so', async () => {
    const running = await start({ restartCrashed: true });
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
    const starting = start({
      services: ['gateway', 'cart'],
      serviceEnv: { cart: { FAIL_WITH: 'REDIS_URL: expected a URL' } },
    });
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

  it('should abort a start on a signal, leaving nothing behind', async () => {
    const abort = new AbortController();
    const starting = start({ signal: abort.signal });
    abort.abort(new Error('Changed my mind.'));
    await expect(starting).rejects.toThrow('Changed my mind.');
    expect(existsSync(join(root, '.data', 'lock'))).toBe(false);
  });
});
