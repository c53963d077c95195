import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { v7 as uuidv7 } from 'uuid';
import {
  createEvent,
  PermanentFailure,
  type Aggregate,
  type AnyEvent,
  type BusLimits,
  type EventBus,
  type EventType,
} from '../src/index.js';

/** What an adapter's tests give to the suite that every adapter must pass. */
export interface BusHarness {
  /** The function of this package that makes the adapter, and its options without the logger. */
  readonly factory: string;
  options(): Record<string, unknown>;
  /** A bus such as another process would have. */
  createBus(limits: Partial<BusLimits>): EventBus;
  /** Puts text on the wire that `publish` would never send. */
  publishRaw(aggregate: Aggregate, type: EventType, text: string): Promise<void>;
  stopBroker(): Promise<void>;
  startBroker(): Promise<void>;
  /** Whether several processes of one consumer work at the same time, or one works and the others stand by. */
  readonly sharing: 'all work' | 'one works';
  start(): Promise<void>;
  /** Before each test: what earlier ones published must not reach its consumers. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

const QUICK: BusLimits = { concurrency: 16, maxAttempts: 3, backoffBaseMs: 40, backoffMaxMs: 80 };

export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

export function stockChanged(productId: string, sequence: number): AnyEvent {
  const data = { productId, available: sequence, delta: 1, reason: 'test' };
  return createEvent('stock.changed', { aggregateId: productId, sequence, data });
}

export function userRegistered(userId: string): AnyEvent {
  return createEvent('user.registered', {
    aggregateId: userId,
    sequence: 1,
    data: { userId, email: `${userId}@example.com`, name: 'Test' },
  });
}

/** Remembers what a handler was given, and whether two events of one aggregate were ever handled at once. */
export function createRecorder(work: (event: AnyEvent) => Promise<void> | void = () => {}) {
  const started: AnyEvent[] = [];
  const handled: AnyEvent[] = [];
  const active = new Set<string>();
  const overlaps: string[] = [];
  return {
    started,
    handled,
    overlaps,
    get active() {
      return active.size;
    },
    async handle(event: AnyEvent): Promise<void> {
      started.push(event);
      if (active.has(event.aggregateId)) overlaps.push(event.id);
      active.add(event.aggregateId);
      try {
        await work(event);
        handled.push(event);
      } finally {
        active.delete(event.aggregateId);
      }
    },
    of: (aggregateId: string) =>
      handled.filter((event) => event.aggregateId === aggregateId).map((event) => event.sequence),
  };
}

const randomPause = () => new Promise<void>((resolve) => setTimeout(resolve, Math.random() * 8));
/** A promise to be kept from outside. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

export function describeBusContract(harness: BusHarness): void {
  const buses: EventBus[] = [];
  const children: ChildProcess[] = [];
  let consumer: string;
  let run: string;

  const createBus = (limits: Partial<BusLimits> = {}) => {
    const bus = harness.createBus({ ...QUICK, ...limits });
    buses.push(bus);
    return bus;
  };
  /** Ids that no other test uses. */
  const id = (name: string) => `${name}-${run}`;
  const deadLettersOf = (bus: EventBus, name = consumer) => bus.deadLetters.list({ consumer: name });

  async function someDeadLetters(bus: EventBus, count: number) {
    await until(async () => (await deadLettersOf(bus)).length >= count, { what: `${count} dead letters` });
    return deadLettersOf(bus);
  }

  beforeAll(() => harness.start(), 60_000);
  afterAll(() => harness.close(), 60_000);
  beforeEach(async () => {
    await harness.reset();
    run = uuidv7().slice(-12);
    consumer = `consumer-${run}`;
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  describe('delivering', () => {
    it('gives each event to every consumer that asked for its type, and to no other', async () => {
      const bus = createBus();
      const [stock, users, both] = [createRecorder(), createRecorder(), createRecorder()];
      await bus.subscribe({ consumer: `${consumer}-1`, types: ['stock.changed'], handle: stock.handle });
      await bus.subscribe({ consumer: `${consumer}-2`, types: ['user.registered'], handle: users.handle });
      await bus.subscribe({
        consumer: `${consumer}-3`,
        types: ['stock.changed', 'user.registered'],
        handle: both.handle,
      });
      const events = [stockChanged(id('a'), 1), userRegistered(id('u')), stockChanged(id('b'), 1)];
      await createBus().publish(events);
      await until(
        () => both.handled.length === 3 && stock.handled.length === 2 && users.handled.length === 1,
      );
      const sorted = (list: AnyEvent[]) => [...list].sort((x, y) => x.id.localeCompare(y.id));
      expect(sorted(both.handled)).toEqual(sorted(events));
      expect(new Set(stock.handled.map(({ type }) => type))).toEqual(new Set(['stock.changed']));
      expect(new Set(users.handled.map(({ type }) => type))).toEqual(new Set(['user.registered']));
    });

    it('keeps events for a consumer whose processes are all away', async () => {
      const bus = createBus();
      const first = await bus.subscribe({ consumer, types: ['stock.changed'], handle: async () => {} });
      await first.close();
      await bus.publish([stockChanged(id('a'), 1)]);
      const later = createRecorder();
      await createBus().subscribe({ consumer, types: ['stock.changed'], handle: later.handle });
      await until(() => later.of(id('a')).length === 1);
    });

    it('hands events of one aggregate over in order and one at a time, whichever of two processes does it', async () => {
      const recorder = createRecorder(randomPause);
      for (const bus of [createBus(), createBus()]) {
        await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      }
      const ids = upTo(8).map((n) => id(`product-${n}`));
      const publisher = createBus();
      for (const sequence of upTo(25)) await publisher.publish(ids.map((one) => stockChanged(one, sequence)));
      await until(() => recorder.handled.length >= 200, { timeoutMs: 20_000 });
      for (const one of ids) expect(recorder.of(one)).toEqual(upTo(25));
      expect(recorder.overlaps).toEqual([]);
    });

    it('handles events of other aggregates while one takes long', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder((event) => (event.aggregateId === id('slow') ? opened : undefined));
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([
        stockChanged(id('slow'), 1),
        stockChanged(id('slow'), 2),
        stockChanged(id('quick'), 1),
      ]);
      await until(() => recorder.of(id('quick')).length === 1);
      expect(recorder.of(id('slow'))).toEqual([]);
      open();
      await until(() => recorder.of(id('slow')).length === 2);
    });

    it('runs no more handlers at once than allowed', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      const bus = createBus({ concurrency: 3 });
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish(upTo(10).map((n) => stockChanged(id(`p${n}`), 1)));
      await until(() => recorder.started.length === 3);
      await randomPause();
      expect(recorder.active).toBe(3);
      open();
      await until(() => recorder.handled.length === 10);
    });

    it('shares the work between two processes without doubling it', async () => {
      const recorders = [createRecorder(randomPause), createRecorder(randomPause)];
      const processes = [createBus({ concurrency: 4 }), createBus({ concurrency: 4 })];
      for (const [index, bus] of processes.entries()) {
        await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorders[index]!.handle });
      }
      const publisher = createBus();
      await publisher.publish(upTo(150).map((n) => stockChanged(id(`p${n}`), 1)));
      const total = () => recorders[0]!.handled.length + recorders[1]!.handled.length;
      await until(() => total() >= 150);
      const busy = recorders[0]!.handled.length > 0 ? 0 : 1;
      if (harness.sharing === 'all work')
        expect(Math.min(...recorders.map(({ handled }) => handled.length))).toBeGreaterThan(0);
      // One leaves, as in a rolling deploy: the other takes all.
      await processes[busy]!.close();
      await publisher.publish(upTo(50).map((n) => stockChanged(id(`q${n}`), 1)));
      await until(() => total() >= 200);
      expect(new Set(recorders.flatMap(({ handled }) => handled.map((event) => event.id))).size).toBe(200);
      expect(total()).toBe(200);
    });
  });

  describe('when a handler fails', () => {
    it('tries again until it succeeds, holding back later events of that aggregate only', async () => {
      let failures = 0;
      const recorder = createRecorder((event) => {
        if (event.aggregateId === id('bad') && event.sequence === 1 && failures++ < 2)
          throw new Error('not yet');
      });
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([
        stockChanged(id('bad'), 1),
        stockChanged(id('bad'), 2),
        stockChanged(id('good'), 1),
      ]);
      await until(() => recorder.handled.length === 3);
      expect(recorder.of(id('bad'))).toEqual([1, 2]);
      expect(recorder.handled[0]!.aggregateId).toBe(id('good'));
      expect(failures).toBe(3);
      expect(await deadLettersOf(bus)).toEqual([]);
    });

    it('puts an event aside after its last attempt, with the reason, and goes on', async () => {
      const recorder = createRecorder((event) => {
        if (event.sequence === 1) throw new TypeError('will never work');
      });
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      const poison = stockChanged(id('bad'), 1);
      await bus.publish([poison, stockChanged(id('bad'), 2)]);
      await until(() => recorder.of(id('bad')).length === 1);
      expect(recorder.of(id('bad'))).toEqual([2]);
      expect(recorder.started.filter(({ sequence }) => sequence === 1)).toHaveLength(3);
      const [letter, ...others] = await someDeadLetters(bus, 1);
      expect(others).toEqual([]);
      expect(letter).toMatchObject({
        consumer,
        event: poison,
        reason: 'TypeError: will never work',
        attempts: 3,
      });
      expect(Math.abs(Date.parse(letter!.failedAt) - Date.now())).toBeLessThan(10_000);
      expect(await bus.deadLetters.get(letter!.id)).toEqual(letter);
    });

    it('puts an event aside at once when the handler says that no retry can mend it', async () => {
      const recorder = createRecorder(() => {
        throw new PermanentFailure('order does not exist');
      });
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([stockChanged(id('a'), 1)]);
      const [letter] = await someDeadLetters(bus, 1);
      expect(letter).toMatchObject({ reason: 'PermanentFailure: order does not exist', attempts: 1 });
      expect(recorder.started).toHaveLength(1);
    });

    it.each([
      ['no JSON', '{"id": '],
      ['no envelope', '"text"'],
      ['data that breaks its schema', JSON.stringify({ ...stockChanged('x', 1), data: { productId: 7 } })],
    ])('puts aside what is no valid event (%s) without calling the handler, and goes on', async (_, text) => {
      const recorder = createRecorder();
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await harness.publishRaw('products', 'stock.changed', text);
      await bus.publish([stockChanged(id('a'), 1)]);
      await until(() => recorder.of(id('a')).length === 1);
      const [letter] = await someDeadLetters(bus, 1);
      expect(letter).toMatchObject({ event: null, raw: text, attempts: 1 });
      expect(letter!.reason).toMatch(/^InvalidEventError: /);
      expect(recorder.started).toHaveLength(1);
    });

    it('hands a dead letter again to its own consumer only, when asked', async () => {
      let isMended = false;
      const recorder = createRecorder(() => {
        if (!isMended) throw new PermanentFailure('bug');
      });
      const bystander = createRecorder();
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.subscribe({ consumer: `${consumer}-2`, types: ['stock.changed'], handle: bystander.handle });
      await bus.publish([stockChanged(id('a'), 1)]);
      const [letter] = await someDeadLetters(bus, 1);
      isMended = true;
      expect(await bus.deadLetters.replay(letter!.id)).toBe(true);
      await until(() => recorder.of(id('a')).length === 1);
      expect(await deadLettersOf(bus)).toEqual([]);
      expect(await bus.deadLetters.replay(letter!.id)).toBe(false);
      await bus.publish([stockChanged(id('b'), 1)]);
      await until(() => bystander.of(id('b')).length === 1);
      expect(bystander.of(id('a'))).toEqual([1]);
    });

    it('lists dead letters oldest first, and hands all of one consumer over again, once each', async () => {
      let isMended = false;
      const recorder = createRecorder((event) => {
        if (!isMended || event.aggregateId === id('2')) throw new PermanentFailure('bug');
      });
      const bus = createBus();
      for (const name of [consumer, `${consumer}-2`])
        await bus.subscribe({ consumer: name, types: ['stock.changed'], handle: recorder.handle });
      for (const number of upTo(5)) {
        await bus.publish([stockChanged(id(String(number)), 1)]);
        await someDeadLetters(bus, number);
      }
      for (let look = 0; look < 3; look++) {
        const letters = await deadLettersOf(bus);
        expect(letters.map(({ event }) => event!.aggregateId)).toEqual(upTo(5).map((n) => id(String(n))));
      }
      const [oldest] = await bus.deadLetters.list({ consumer, limit: 1 });
      expect(oldest!.event!.aggregateId).toBe(id('1'));

      isMended = true;
      expect(await bus.deadLetters.replayAll({ consumer })).toEqual({ replayed: 5, failures: [] });
      await until(() => recorder.handled.length === 4);
      const [again] = await someDeadLetters(bus, 1);
      expect(again!.event!.aggregateId).toBe(id('2'));
      expect(await deadLettersOf(bus, `${consumer}-2`)).toHaveLength(5);
      expect((await bus.deadLetters.replayAll({ consumer: 'nobody' })).replayed).toBe(0);
    });

    it('gives up a dead letter for good, when asked', async () => {
      const bus = createBus();
      await bus.subscribe({
        consumer,
        types: ['stock.changed'],
        handle: () => Promise.reject(new PermanentFailure('bug')),
      });
      await bus.publish([stockChanged(id('a'), 1), stockChanged(id('b'), 1)]);
      const [letter, other] = await someDeadLetters(bus, 2);
      expect(await bus.deadLetters.remove(letter!.id)).toBe(true);
      expect(await bus.deadLetters.remove(letter!.id)).toBe(false);
      expect(await bus.deadLetters.get(letter!.id)).toBeUndefined();
      expect((await deadLettersOf(bus)).map((one) => one.id)).toEqual([other!.id]);
    });

    it.each(['', 'nonsense', 'products:0-1', 'orders:1'])(
      'knows no dead letter of the id "%s"',
      async (unknown) => {
        const { deadLetters } = createBus();
        expect(await deadLetters.get(unknown)).toBeUndefined();
        expect(await deadLetters.replay(unknown)).toBe(false);
        expect(await deadLetters.remove(unknown)).toBe(false);
      },
    );
  });

  describe('when a process is killed', () => {
    it('gives the events it was handling, and those behind them, to another process, in order', async () => {
      const bus = createBus();
      const script = fileURLToPath(new URL('./processes/stuck-consumer.mjs', import.meta.url));
      const args = [
        script,
        harness.factory,
        JSON.stringify({ ...harness.options(), ...QUICK }),
        consumer,
        'stock.changed',
      ];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await until(() => printed.includes('ready\n'));
      const events = [stockChanged(id('a'), 1), stockChanged(id('a'), 2), stockChanged(id('b'), 1)];
      await bus.publish(events);
      await until(() => printed.includes(events[0]!.id) && printed.includes(events[2]!.id));
      expect(printed).not.toContain(events[1]!.id);
      const recorder = createRecorder();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      child.kill('SIGKILL');
      await once(child, 'exit');
      await until(() => recorder.handled.length === 3);
      expect(recorder.of(id('a'))).toEqual([1, 2]);
      expect(recorder.of(id('b'))).toEqual([1]);
    });

    it('leaves an event with its process, however long it takes, while that lives', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      for (const bus of [createBus(), createBus()]) {
        await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      }
      await createBus().publish([stockChanged(id('a'), 1)]);
      await until(() => recorder.started.length === 1);
      // Several times as long as a dead process's events wait.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      open();
      await until(() => recorder.handled.length === 1);
      expect(recorder.started).toHaveLength(1);
    });
  });

  describe('when the broker is away', () => {
    it('refuses to publish and to answer, soon, and works again afterwards without a new bus', async () => {
      const bus = createBus();
      const recorder = createRecorder();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.ping();
      await harness.stopBroker();
      try {
        const startedAt = Date.now();
        await expect(bus.publish([stockChanged(id('a'), 1)])).rejects.toThrow();
        await expect(bus.ping()).rejects.toThrow();
        expect(Date.now() - startedAt).toBeLessThan(12_000);
      } finally {
        await harness.startBroker();
      }
      await until(() => bus.ping().then(() => true), { timeoutMs: 20_000 });
      await until(() => bus.publish([stockChanged(id('b'), 1)]).then(() => true), { timeoutMs: 20_000 });
      await until(() => recorder.of(id('b')).length > 0, { timeoutMs: 20_000 });
    }, 60_000);

    it('loses nothing and keeps the order over a restart in the middle of work', async () => {
      const recorder = createRecorder(randomPause);
      const processes = [createBus(), createBus()];
      for (const bus of processes)
        await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      const publisher = createBus();
      const ids = upTo(5).map((n) => id(`p${n}`));
      const restarted = (async () => {
        await until(() => recorder.handled.length > 20);
        await harness.stopBroker();
        await harness.startBroker();
      })();
      for (const sequence of upTo(40)) {
        const batch = ids.map((one) => stockChanged(one, sequence));
        // As an outbox does: again and again until it is known to be there.
        await until(() => publisher.publish(batch).then(() => true), { timeoutMs: 30_000 });
      }
      await restarted;
      await until(() => ids.every((one) => recorder.of(one).includes(40)), { timeoutMs: 30_000 });
      // At least once: a repetition may come, but nothing new before what precedes it.
      for (const one of ids) {
        const firsts = recorder.of(one).filter((sequence, index, all) => all.indexOf(sequence) === index);
        expect(firsts).toEqual(upTo(40));
      }
    }, 90_000);

    it('can be subscribed to before the broker is there', async () => {
      await harness.stopBroker();
      const recorder = createRecorder();
      const bus = createBus();
      const subscribing = bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await harness.startBroker();
      await subscribing;
      await until(() => bus.publish([stockChanged(id('a'), 1)]).then(() => true), { timeoutMs: 20_000 });
      await until(() => recorder.of(id('a')).length > 0, { timeoutMs: 20_000 });
    }, 60_000);

    it('can be closed', async () => {
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: async () => {} });
      await harness.stopBroker();
      try {
        const startedAt = Date.now();
        await bus.close();
        expect(Date.now() - startedAt).toBeLessThan(5000);
      } finally {
        await harness.startBroker();
      }
    }, 60_000);
  });

  describe('closing', () => {
    it('waits for the handler that is running, and takes nothing new meanwhile', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      const bus = createBus();
      const subscription = await bus.subscribe({
        consumer,
        types: ['stock.changed'],
        handle: recorder.handle,
      });
      await bus.publish([stockChanged(id('a'), 1), stockChanged(id('a'), 2)]);
      await until(() => recorder.started.length === 1);
      let isClosed = false;
      const closing = subscription.close().then(() => (isClosed = true));
      await bus.publish([stockChanged(id('b'), 1)]);
      await randomPause();
      expect(isClosed).toBe(false);
      open();
      await closing;
      expect(recorder.of(id('a'))).toEqual([1]);
      // What was handled is not given out again; what was not goes to the next one.
      const next = createRecorder();
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: next.handle });
      await until(() => next.handled.length === 2);
      expect(next.of(id('a'))).toEqual([2]);
    });

    it('is prompt when nothing runs', async () => {
      const bus = createBus();
      await bus.subscribe({ consumer, types: ['stock.changed', 'user.registered'], handle: async () => {} });
      const startedAt = Date.now();
      await bus.close();
      expect(Date.now() - startedAt).toBeLessThan(1000);
    });
  });

  it('tells how many events its consumers have not handled', async () => {
    const { open, opened } = gate();
    const recorder = createRecorder(() => opened);
    const bus = createBus({ concurrency: 2 });
    await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
    await bus.publish(upTo(5).map((n) => stockChanged(id(`p${n}`), 1)));
    await until(() => recorder.started.length === 2);
    await until(async () => (await bus.lag()).some((row) => row.consumer === consumer && row.pending === 5));
    open();
    await until(async () => (await bus.lag()).every((row) => row.pending === 0));
  });

  it('refuses to send an event of an unknown kind', async () => {
    const strange = { ...stockChanged('a', 1), type: 'ufo.landed' } as unknown as AnyEvent;
    await expect(createBus().publish([strange])).rejects.toThrow('ufo.landed');
  });
}
