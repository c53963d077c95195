import { cpSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestStack, type GraphClient, type TestStack } from '@cartograph/testing';
import { chooseBuses } from '../harness/buses.js';
import { createRandom } from '../harness/random.js';
import { signInAdmin, untilOpen } from '../harness/shop.js';
import { startWebhookReceiver, type WebhookReceiver } from '../harness/webhook-receiver.js';
import { inspectShop, type Inspector } from '../invariants/invariants.js';
import { startLoad, type Diary } from './load.js';
import { killEachOnce, victimsOn } from './mayhem.js';
import { findBrokenPromises, findMessageFaults } from './promises.js';

// e2e/never-lost kills what a shop on Redis consists of.
const buses = chooseBuses('rabbitmq');

/** Set by `npm run proof:crash`; without them: each process is killed once, at moments never seen before. */
const minutes = Number(process.env['CRASH_MINUTES'] ?? 0);
const seed = Number(process.env['CRASH_SEED'] ?? randomInt(2 ** 31));
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

describe.each(buses)(`kill -9 of everything under load (seed ${seed}, events over %s)`, (bus) => {
  let stack: TestStack;
  let admin: GraphClient;
  let inspector: Inspector;
  let receiver: WebhookReceiver;
  const ended: string[] = [];

  beforeAll(async () => {
    stack = await startTestStack({
      bus,
      env: { ACCESS_TOKEN_LIFETIME_S: '3600' },
      serviceEnv: {
        payments: {
          PAYMENT_DELAY_MS: '150',
          PAYMENT_TIMEOUT_MS: '2000',
          PAYMENT_LOST_ANSWER_RATE: '0.05',
          PAYMENT_UNRULY_CALLBACKS: 'true',
        },
        notifications: {
          MAIL_LEASE_MS: '5000',
          // Nine waits of two minutes in all: a receiver that this machine lets wait must not count as gone.
          WEBHOOK_TIMEOUT_MS: '5000',
          WEBHOOK_SCHEDULE_FACTOR: '0.0005',
        },
        orders: {
          CHECKOUT_LEASE_MS: '6000',
          SERVICE_TIMEOUT_MS: '3000',
          // Orders that nobody pays for are called off while a long storm goes on.
          ...(isLong && { RESERVATION_S: '60' }),
        },
      },
      onEvent: (event) =>
        event.type === 'crashed' && ended.push(`${event.name} ended by itself: ${event.how}`),
    });
    inspector = await inspectShop(stack);
    const failures = createRandom(seed + 200);
    admin = await signInAdmin(stack);
    receiver = await startWebhookReceiver(admin, {
      eventTypes: EVENT_TYPES,
      failures: () => failures() < 0.03,
    });
  }, 180_000);
  afterAll(async () => {
    await receiver?.close();
    await inspector?.close();
    await stack?.stop();
  }, 120_000);

  /** One storm and the judgement after it; the next one goes on with the same shop. */
  async function weather(storm: number): Promise<string[]> {
    const random = createRandom(seed + 1_000 * storm);
    const load = await startLoad(stack, admin, seed + 1_000 * storm);
    await killEachOnce(stack, {
      victims: victimsOn(bus),
      random,
      onKill: (names) => tell(`storm ${storm}: kill -9 ${names.join(' and ')}`),
    }).finally(() => load.stop());
    tell(`storm ${storm}: ${load.diary.placed.size} orders placed; waiting for rest`);
    await inspector.untilAtRest({ timeoutMs: 300_000 });
    await untilOpen(admin);
    const { faults, explained } = await inspector.judge(admin, (evidence) => [
      ...findBrokenPromises(load.diary, evidence),
      ...findMessageFaults(receiver, EVENT_TYPES, evidence),
    ]);
    for (const [sentence, count] of explained) tell(`  ${count} orders: ${sentence}`);
    tell(`  requests: ${[...load.diary.outcomes].map(([what, count]) => `${what} ${count}`).join(', ')}`);
    return [
      ...faults,
      ...ended.splice(0),
      ...load.diary.faults,
      // Hit by chance, such as a moment between two statements: too rare for a short form to tell anything.
      ...(isLong ? unexplainedErrors(load.diary) : []),
      ...(load.diary.placed.size === 0 ? ['Not one order was placed: this storm proved nothing'] : []),
    ];
  }

  it(
    'should break no invariant, leave no order that nobody can explain, and tell each event once',
    async () => {
      const startedAt = Date.now();
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

/** A store or service that is gone is an outage; this code says that the shop did not know what had happened to it. */
const unexplainedErrors = ({ outcomes }: Diary): string[] =>
  [...outcomes].flatMap(([what, count]) =>
    what.endsWith('INTERNAL_SERVER_ERROR') ? `${what} ${count}` : [],
  );

/** The data folder goes with the shop; what led to a fault is worth keeping. */
function keepLogs(stack: TestStack): string {
  const logs = join(dirname(stack.environment('notifications')['MAIL_DIR']!), 'logs');
  const kept = join(tmpdir(), `cartograph-crash-${seed}`);
  cpSync(logs, kept, { recursive: true });
  return kept;
}
