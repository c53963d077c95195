import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startTestRedis, until } from '@cartograph/testing';
import { pino } from 'pino';
import { runCommand } from '../src/cli/commands.js';
import { readCliConfig } from '../src/cli/config.js';
import { createRedisStreamsBus, PermanentFailure, type EventBus } from '../src/index.js';
import { stockChanged } from './contract/recorder.js';

const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cartograph-events-cli-'));
let redis: Awaited<ReturnType<typeof startTestRedis>>;
let bus: EventBus;
let isMended = false;
const handled: string[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  bus = createRedisStreamsBus({ url: redis.url, logger: pino({ level: 'silent' }) });
  for (const consumer of ['cart', 'products']) {
    await bus.subscribe({
      consumer,
      types: ['stock.changed'],
      async handle(event) {
        if (!isMended) throw new PermanentFailure(`${consumer} has a bug`);
        handled.push(`${consumer} ${event.aggregateId}`);
      },
    });
  }
});

beforeEach(async () => {
  isMended = false;
  handled.length = 0;
  for (const { id } of await bus.deadLetters.list()) await bus.deadLetters.remove(id);
  await bus.publish([stockChanged('kettle', 1), stockChanged('teapot', 1)]);
  await until(async () => (await bus.deadLetters.list()).length === 4);
});

afterAll(async () => {
  await bus.close();
  await redis.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm run events` does, in a folder without a running shop. */
const events = (args: string[], env: Record<string, string> = { REDIS_URL: redis.url }) =>
  runCommand(args, () => readCliConfig(env, join(folder, '.data', 'stack.json')));

/** The program itself. */
function spawnEvents(args: string[]) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], REDIS_URL: redis.url };
    const child = spawn(process.execPath, [program, ...args], { cwd: folder, env });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('npm run events', () => {
  it('lists dead letters with what they are and why they failed', async () => {
    const { code, out } = await events(['list']);
    expect(code).toBe(0);
    expect(out.split('\n')).toHaveLength(6);
    expect(out).toMatch(
      /^products:\d+-\d+ +\S+Z +cart +stock\.changed +kettle +1 +PermanentFailure: cart has a bug$/m,
    );
    const one = await events(['list', '--consumer', 'products', '--limit', '1', '--json']);
    expect(JSON.parse(one.out)).toMatchObject({ consumer: 'products', event: { aggregateId: 'kettle' } });
  });

  it('is a program that prints this, and ends with 1 where it refuses', async () => {
    const [listed, refused] = await Promise.all([spawnEvents(['list']), spawnEvents(['show', 'nonsense'])]);
    expect(listed).toEqual(await events(['list']));
    expect(refused).toEqual({ code: 1, out: '', err: 'There is no dead letter nonsense.\n' });
  });

  it('shows one whole', async () => {
    const [letter] = await bus.deadLetters.list();
    const { out } = await events(['show', letter!.id]);
    expect(JSON.parse(out)).toEqual(letter);
  });

  it('replays one, or all of one service, or all', async () => {
    const [first] = await bus.deadLetters.list({ consumer: 'cart' });
    isMended = true;
    expect(await events(['replay', first!.id])).toMatchObject({
      code: 0,
      out: `Handed over again: ${first!.id}\n`,
    });
    await until(() => handled.length === 1);
    expect(await events(['replay', '--all', '--consumer', 'products'])).toMatchObject({
      code: 0,
      out: 'Handed over again: 2\n',
    });
    await until(() => handled.length === 3);
    expect(await events(['replay', '--all'])).toMatchObject({ code: 0, out: 'Handed over again: 1\n' });
    await until(() => handled.length === 4);
    expect(new Set(handled).size).toBe(4);
    expect((await events(['list'])).out).toBe('No dead letters.\n');
  });

  it('removes one', async () => {
    const [letter] = await bus.deadLetters.list();
    expect(await events(['remove', letter!.id])).toMatchObject({ code: 0 });
    expect(await bus.deadLetters.get(letter!.id)).toBeUndefined();
  });

  it.each([
    ['90m', 90 * 60_000],
    ['2h', 2 * 3_600_000],
  ])('asks all services for what they sent in the last %s', async (since, ms) => {
    const before = Date.now();
    const { code, out } = await events(['resend', '--since', since]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Asked for users, products, orders, payments since \S+Z\. /);
    const loss = await bus.recovery.lossOf('orders', 0);
    const asked = loss?.kind === 'asked' ? loss.since.getTime() + ms : 0;
    expect(asked).toBeGreaterThanOrEqual(before);
    expect(asked).toBeLessThanOrEqual(Date.now());
    await bus.recovery.recovered('orders', 0, loss!);
    expect(await bus.recovery.lossOf('orders', 0)).toBeUndefined();
  });

  it('finds the bus of the shop that runs in this folder', async () => {
    const stack = join(folder, '.data', 'stack.json');
    mkdirSync(join(folder, '.data'), { recursive: true });
    writeFileSync(
      stack,
      JSON.stringify({ pid: 1, services: { orders: { url: '', env: { REDIS_URL: redis.url } } } }),
    );
    const { code, out } = await events(['list'], {});
    rmSync(stack);
    expect(code).toBe(0);
    expect(out).toContain('kettle');
  });

  it.each([
    [[], /A command is needed[^]*Usage:/],
    [['fly'], /There is no command "fly"[^]*Usage:/],
    [['show'], /Give its id/],
    [['list', '--limit', 'many'], /--limit takes a whole number from 1, got "many"/],
    [['list', '--colour'], /--colour/],
    [['replay', 'x', '--all'], /Either an id or --all/],
    [['resend'], /Since when\? Give --since/],
    [['resend', '--since', 'yesterday'], /--since takes a length of time such as 2h, .*got "yesterday"/],
    [['resend', '--since', '2999-01-01'], /a moment in the past, got "2999-01-01"/],
    [['resend', 'orders', '--since', '2h'], /"resend" takes no id: what is "orders"/],
    [['replay', 'products:1-1'], /^There is no dead letter products:1-1\.\n$/],
    [['show', 'nonsense'], /^There is no dead letter nonsense\.\n$/],
  ])('refuses %j in words, with exit code 1', async (args, message) => {
    const { code, err } = await events(args);
    expect(code).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\bat .*\.js/);
  });

  it.each([
    [{}, /Set REDIS_URL or AMQP_URL/],
    [{ REDIS_URL: 'localhost' }, /^REDIS_URL: expected a URL starting with redis:/],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, /^The event bus does not answer: /],
  ])('says what is wrong with the address in %j', async (env: Record<string, string>, message) => {
    const { code, err } = await events(['list'], env);
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
