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

// e2e/never-lost kills everything in a shop on Redis.
const buses = chooseBuses('rabbitmq');

/** Set by `npm run proof:crash`. By default each process is killed once, at random moments. */
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
          // In a long run, unpaid orders are cancelled under load.
          ...(isLong && { RESERVATION_S: '60' }),
        },
      },
      onEvent: (event) =>
        event.type === 'crashed' && ended.push(`${event.name} ended unexpectedly: ${event.how}`),
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

  /** One round of load and kills, and the judgement after it. The next round continues with the same shop. */
  async function runRound(round: number): Promise<string[]> {
    const random = createRandom(seed + 1_000 * round);
    const load = await startLoad(stack, admin, seed + 1_000 * round);
    await killEachOnce(stack, {
      victims: victimsOn(bus),
      random,
      onKill: (names) => tell(`round ${round}: kill -9 ${names.join(' and ')}`),
    }).finally(() => load.stop());
    tell(`round ${round}: ${load.diary.placed.size} orders placed; waiting for rest`);
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
      // Such errors depend on the moment of a kill and are too rare for a short run to mean anything.
      ...(isLong ? unexplainedErrors(load.diary) : []),
      ...(load.diary.placed.size === 0 ? ['Not one order was placed: this round proved nothing'] : []),
    ];
  }

  it(
    'should break no invariant, leave no unexplained order, and announce each event once',
    async () => {
      const startedAt = Date.now();
      for (let round = 1; round === 1 || Date.now() < startedAt + minutes * 60_000; round++) {
        const context = { bus, seed, round };
        const faults = await runRound(round).catch((error: unknown) => [...ended, (error as Error).message]);
        if (faults.length > 0) Object.assign(context, { logs: keepLogs(stack) });
        expect({ ...context, faults }).toEqual({ ...context, faults: [] });
      }
    },
    Math.max(600_000, minutes * 60_000 + 600_000),
  );
});

/** A store or service that is down is an outage. This code means that a service could not name the cause. */
const unexplainedErrors = ({ outcomes }: Diary): string[] =>
  [...outcomes].flatMap(([what, count]) =>
    what.endsWith('INTERNAL_SERVER_ERROR') ? `${what} ${count}` : [],
  );

/** Copies the logs, which would be deleted with the shop. */
function keepLogs(stack: TestStack): string {
  const logs = join(dirname(stack.environment('notifications')['MAIL_DIR']!), 'logs');
  const kept = join(tmpdir(), `cartograph-crash-${seed}`);
  cpSync(logs, kept, { recursive: true });
  return kept;
}
