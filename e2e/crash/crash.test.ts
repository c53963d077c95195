import { cpSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  findRabbitMq,
  startTestRabbitMq,
  startTestStack,
  type TestRabbitMq,
  type TestStack,
} from '@cartograph/testing';
import { createRandom } from '../harness/random.js';
import { signInAdmin } from '../harness/shop.js';
import { startWebhookReceiver, type WebhookReceiver } from '../harness/webhook-receiver.js';
import type { Evidence } from '../invariants/evidence.js';
import { inspectShop, type Inspector } from '../invariants/invariants.js';
import { startLoad, type Diary } from './load.js';
import { killEachOnce } from './mayhem.js';

/** Set by `npm run proof:crash`; without them: each process is killed once, at moments never seen before. */
const minutes = Number(process.env['CRASH_MINUTES'] ?? 0);
const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
const bus = process.env['CRASH_BUS'] ?? 'redis';
const isLong = minutes > 0;
const tell = (text: string) => isLong && process.stderr.write(`${new Date().toISOString()} ${text}\n`);

const EVENT_TYPES = [
  'order.placed',
  'order.processing',
  'order.shipped',
  'order.delivered',
  'order.cancelled',
  'payment.succeeded',
  'payment.failed',
  'payment.refunded',
];

describe(`kill -9 of everything under load (seed ${seed}, events over ${bus})`, () => {
  let stack: TestStack;
  let rabbit: TestRabbitMq | undefined;
  let inspector: Inspector;
  let receiver: WebhookReceiver;
  const ended: string[] = [];
  const startedAt = Date.now();

  beforeAll(async () => {
    if (bus === 'rabbitmq' && !findRabbitMq())
      throw new Error('CRASH_BUS is rabbitmq, which is not installed.');
    rabbit = bus === 'rabbitmq' ? await startTestRabbitMq() : undefined;
    stack = await startTestStack({
      env: { ...(rabbit && { AMQP_URL: rabbit.url }), ACCESS_TOKEN_LIFETIME_S: '86400' },
      serviceEnv: {
        payments: {
          PAYMENT_DELAY_MS: '150',
          PAYMENT_TIMEOUT_MS: '2000',
          PAYMENT_LOST_ANSWER_RATE: '0.05',
          PAYMENT_UNRULY_CALLBACKS: 'true',
        },
        notifications: {
          MAIL_LEASE_MS: '5000',
          WEBHOOK_TIMEOUT_MS: '2000',
          WEBHOOK_SCHEDULE_FACTOR: '0.01',
        },
        orders: { CHECKOUT_LEASE_MS: '6000', SERVICE_TIMEOUT_MS: '3000' },
      },
      onEvent: (event) =>
        event.type === 'crashed' && ended.push(`${event.name} ended by itself: ${event.how}`),
    });
    inspector = await inspectShop(stack);
    const failures = createRandom(seed + 200);
    receiver = await startWebhookReceiver(await signInAdmin(stack), {
      eventTypes: EVENT_TYPES,
      failures: () => failures() < 0.03,
    });
  }, 180_000);
  afterAll(async () => {
    await receiver?.close();
    await inspector?.close();
    await stack?.stop();
    await rabbit?.close();
  }, 120_000);

  /** One storm and the judgement after it; the next one goes on with the same shop. */
  async function weather(storm: number): Promise<string[]> {
    const random = createRandom(seed + 1_000 * storm);
    const load = await startLoad(stack, seed + 1_000 * storm);
    await killEachOnce(stack, {
      random,
      onKill: (names) => tell(`storm ${storm}: kill -9 ${names.join(' and ')}`),
    });
    await load.stop();
    tell(`storm ${storm}: ${load.diary.placed.size} orders placed; waiting for rest`);
    await inspector.untilAtRest({ timeoutMs: 300_000 });
    const { faults, explained, evidence } = await inspector.judge(await signInAdmin(stack));
    for (const [sentence, count] of explained) tell(`  ${count} orders: ${sentence}`);
    tell(`  requests: ${[...load.diary.outcomes].map(([what, count]) => `${what} ${count}`).join(', ')}`);
    return [
      ...faults,
      ...ended.splice(0),
      ...load.diary.faults,
      ...findBrokenPromises(load.diary, evidence),
      ...findMessageFaults(receiver, evidence),
      ...(load.diary.placed.size === 0 ? ['Not one order was placed: this storm proved nothing'] : []),
    ];
  }

  it(
    'should break no invariant, leave no order that nobody can explain, and tell each event once',
    async () => {
      for (let storm = 1; storm === 1 || Date.now() < startedAt + minutes * 60_000; storm++) {
        const context = { bus, seed, storm };
        const faults = await weather(storm).catch((error: unknown) => [...ended, (error as Error).message]);
        if (faults.length > 0) Object.assign(context, { logs: keepLogs(stack) });
        expect({ ...context, faults }).toEqual({ ...context, faults: [] });
      }
    },
    Math.max(600_000, minutes * 60_000 + 600_000),
  );
});

/** What was acknowledged is still there. */
function findBrokenPromises({ placed, moved }: Diary, { orders, history }: Evidence): string[] {
  const known = new Set(orders.map(({ id }) => id));
  return [
    ...[...placed].filter((id) => !known.has(id)).map((id) => `Order ${id} was acknowledged and is gone`),
    ...moved
      .filter(({ orderId, status }) => !history.get(orderId)?.some(({ type }) => type === status))
      .map(
        ({ orderId, status }) =>
          `Order ${orderId} was acknowledged as ${status}, its history has no such entry`,
      ),
  ];
}

/** Each event's message reached the receiver, under one id and with one body however often it came. */
function findMessageFaults({ messages, forged }: WebhookReceiver, { events, webhooks }: Evidence): string[] {
  const since = webhooks[0]!.created_at;
  const expected = [...events.values()].filter(
    ({ type, occurredAt }) => EVENT_TYPES.includes(type) && new Date(occurredAt) > since,
  );
  return [
    ...expected
      .filter(({ id }) => !messages.has(id))
      .map(({ id, type }) => `The receiver never got ${type} ${id}`),
    ...[...messages].flatMap(([id, { bodies }]) => [
      ...(bodies.size === 1 ? [] : [`Message ${id} came with ${bodies.size} different bodies`]),
      ...(events.has(id) ? [] : [`Message ${id} tells of an event that nobody published`]),
    ]),
    ...(forged === 0 ? [] : [`${forged} signatures did not fit`]),
  ];
}

/** The data folder goes with the shop; what led to a fault is worth keeping. */
function keepLogs(stack: TestStack): string {
  const logs = join(dirname(stack.environment('notifications')['MAIL_DIR']!), 'logs');
  const kept = join(tmpdir(), `cartograph-crash-${seed}`);
  cpSync(logs, kept, { recursive: true });
  return kept;
}
