import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger, createWorker, newId, type OpenDatabase, type Worker } from '@cartograph/kit';
import { createTestDatabase, until, type TestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { CONSUMER } from '../src/events.js';
import { createProviderBooks } from '../src/provider/provider-books.js';
import { createSimulatedProvider } from '../src/provider/simulated-provider.js';
import { paymentsDatabase } from '../src/store/database.js';
import type { PaymentsStore, SeenAttempt } from '../src/store/store.js';
import { createPaymentsStore } from '../src/store/typeorm-store.js';
import { createUseCases, type UseCases } from '../src/use-cases/index.js';
import { orderCancelled, orderPlaced } from './support.js';

const logger = createLogger('test', 'silent');
const SLOTS = 3;
const INSTANT = { successRate: 1, delayMs: 0, lostAnswerRate: 0, unrulyCallbacks: false };
const claimUntil = () => new Date(Date.now() + 60_000);
let testDatabase: TestDatabase;
let opened: OpenDatabase<DataSource>;
let database: DataSource;
let store: PaymentsStore;
let useCases: UseCases;
let charges: Worker<SeenAttempt>;
/** What this process was given to charge. */
let begun: SeenAttempt[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  opened = await paymentsDatabase.connect(testDatabase.url);
  database = opened.handle;
  await opened.migrate();
  store = createPaymentsStore({ database, consumer: CONSUMER });
  charges = createWorker({
    name: 'charges',
    claim: (limit) => store.claimAttempts(limit, claimUntil()),
    run: async (seen: SeenAttempt) => void begun.push(seen),
    concurrency: SLOTS,
    logger,
  });
  charges.start();
  useCases = createUseCases({
    store,
    provider: createSimulatedProvider(createProviderBooks(database), INSTANT, logger),
    orders: { statusOf: async () => 'PENDING' },
    newId,
    clock: () => new Date(),
    logger,
    timeoutMs: 1_000,
    charges,
    claimUntil,
    onRefunds: () => {},
    changed: () => {},
  });
});
afterAll(async () => {
  await charges.stop();
  await opened.close();
  await testDatabase.drop();
});
beforeEach(() => {
  begun = [];
});

const SUCCEEDED = { status: 'succeeded' } as const;
const DECLINED = { status: 'declined', reason: 'The card was declined.' } as const;

/** An order whose charge has begun here. */
async function charging() {
  const placed = orderPlaced('tok_ok');
  await useCases.openPayment(placed);
  return { orderId: placed.data.orderId, seen: begun.at(-1)! };
}
const paymentOf = async (orderId: string) => (await store.paymentsOfOrders([orderId]))[0]!;
const eventsOf = async (orderId: string) =>
  (
    await database.query<{ event: { type: string; sequence: number; data: object } }[]>(
      'SELECT event FROM outbox WHERE aggregate_id = $1 ORDER BY position',
      [orderId],
    )
  ).map(({ event }) => event);

/** Until a transaction waits for what another one holds. */
const untilOneWaits = () =>
  until(async () => {
    const waiting = await database.query<unknown[]>(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length === 1;
  });

describe('an order that was placed', () => {
  it('has one payment and begins one charge when its event is handled ten times at once', async () => {
    const placed = orderPlaced('tok_ok');
    await Promise.all(Array.from({ length: 10 }, () => useCases.openPayment(placed)));
    const { id, amount } = await paymentOf(placed.data.orderId);
    expect(amount).toEqual(placed.data.total);
    expect(await store.attemptsOf([id])).toMatchObject([{ number: 1, status: 'PENDING', token: 'tok_ok' }]);
    await until(() => begun.length > 0);
    expect(begun.map(({ payment }) => payment.id)).toEqual([id]);
  });

  it('is charged by this process, and then by no other', async () => {
    const { seen } = await charging();
    expect(await store.attempt(seen.attempt.id)).toEqual(seen);
    expect(await store.claimAttempts(10, claimUntil())).toEqual([]);
  });

  it('is charged when a slot becomes free if none was', async () => {
    const slots = Array.from({ length: SLOTS }, () => charges.reserve()!);
    const { data } = orderPlaced(null);
    await useCases.openPayment(orderPlaced(null, { orderId: data.orderId }));
    slots.forEach((slot) => slot.release());
    await until(() => begun.some(({ payment }) => payment.orderId === data.orderId));
  });

  it('keeps no slot for an order that was cancelled before, nor for one that cannot be stored', async () => {
    const { data } = orderPlaced('tok_ok');
    await useCases.onOrderCancelled(orderCancelled(data.orderId));
    await useCases.openPayment(orderPlaced('tok_ok', { orderId: data.orderId }));
    const { id, ...broken } = orderPlaced('tok_ok');
    await expect(useCases.openPayment({ ...broken, id: `not ${id}` })).rejects.toThrow('uuid');
    expect(begun).toEqual([]);
    const slots = Array.from({ length: SLOTS }, () => charges.reserve());
    slots.forEach((slot) => slot?.release());
    expect(slots).not.toContain(undefined);
  });
});

describe('an order that is cancelled', () => {
  it('is known as such though its payment is set up in the very moment that none was found', async () => {
    const { seen } = await charging();
    const { data } = orderPlaced('tok_ok');
    let cancelling: Promise<void> | undefined;
    await store.transaction(async (tx) => {
      await tx.insertPayment({ ...seen.payment, id: newId(), orderId: data.orderId });
      cancelling = useCases.onOrderCancelled(orderCancelled(data.orderId));
      await untilOneWaits();
    });
    await cancelling;
    expect(await paymentOf(data.orderId)).toMatchObject({ status: 'PENDING', isOrderCancelled: true });
  });
});

describe('a result', () => {
  it('is told once when it comes ten times at once, by answer and by callback', async () => {
    const { orderId, seen } = await charging();
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        n % 2 ? useCases.settleAttempt(seen, SUCCEEDED) : useCases.onChargeResult(seen.attempt.id, SUCCEEDED),
      ),
    );
    expect(await paymentOf(orderId)).toMatchObject({ status: 'SUCCEEDED', sequence: 1 });
    expect(await store.attempt(seen.attempt.id)).toMatchObject({ attempt: { status: 'SUCCEEDED' } });
    expect(await eventsOf(orderId)).toMatchObject([{ type: 'payment.succeeded', sequence: 1 }]);
    await useCases.doubtAttempt(seen.attempt.id, new Date());
    await useCases.abandonAttempt(seen.attempt.id, new Date());
    expect(await paymentOf(orderId)).toMatchObject({ status: 'SUCCEEDED', sequence: 1 });
    expect(await store.attempt(seen.attempt.id)).toMatchObject({ attempt: { status: 'SUCCEEDED' } });
  });

  it('settles an attempt that came into doubt, or was abandoned, after it was seen', async () => {
    for (const change of [useCases.doubtAttempt, useCases.abandonAttempt]) {
      const { orderId, seen } = await charging();
      await change(seen.attempt.id, claimUntil());
      await useCases.settleAttempt(seen, DECLINED);
      expect(await paymentOf(orderId)).toMatchObject({
        status: 'FAILED',
        failureReason: 'The card was declined.',
      });
      expect(await eventsOf(orderId)).toMatchObject([{ type: 'payment.failed', sequence: 1 }]);
    }
  });

  it('gives the money back if the order is cancelled in the very moment that it is stored', async () => {
    const { orderId, seen } = await charging();
    let settling: Promise<void> | undefined;
    await store.transaction(async (tx) => {
      await tx.updatePayment((await tx.lockPaymentOfOrder(orderId))!, { isOrderCancelled: true });
      settling = useCases.settleAttempt(seen, SUCCEEDED);
      await untilOneWaits();
    });
    await settling;
    const payment = await paymentOf(orderId);
    expect(payment).toMatchObject({ status: 'SUCCEEDED', isOrderCancelled: true, sequence: 1 });
    expect(await store.refundsOf([payment.id])).toMatchObject([
      { amount: payment.amount, status: 'PENDING', reason: 'The order was cancelled.' },
    ]);
    expect(await eventsOf(orderId)).toMatchObject([{ type: 'payment.succeeded' }]);
  });

  it('tells that the customer cannot retry if the order was cancelled after the charge was sent', async () => {
    const { orderId, seen } = await charging();
    await useCases.onOrderCancelled(orderCancelled(orderId));
    await useCases.settleAttempt(seen, DECLINED);
    expect(await eventsOf(orderId)).toMatchObject([{ type: 'payment.failed', data: { canRetry: false } }]);
    expect(await store.refundsOf([seen.payment.id])).toEqual([]);
  });
});

describe('the simulated provider', () => {
  it('repeats the first result of a key, and calls back about it once', async () => {
    const provider = createSimulatedProvider(
      createProviderBooks(database),
      { successRate: 1, delayMs: 0, lostAnswerRate: 0, unrulyCallbacks: false },
      logger,
    );
    const calls: string[] = [];
    provider.onCallback(async ({ idempotencyKey }) => void calls.push(idempotencyKey));
    const charge = (idempotencyKey: string, token: string) =>
      provider.charge({ idempotencyKey, token, amount: { minor: 100, currency: 'EUR' } });
    const [key, last] = [newId(), newId()];
    expect(await charge(key, 'tok_declined')).toEqual(DECLINED);
    expect(await charge(key, 'tok_flaky')).toEqual(DECLINED);
    await charge(last, 'tok_ok');
    await until(() => calls.includes(last));
    expect(calls).toEqual([key, last]);
    await provider.close();
  });
});
