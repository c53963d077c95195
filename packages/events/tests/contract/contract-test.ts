import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import type { Aggregate, BusLimits, DeadLetter, EventBus, EventType } from '../../src/index.js';

export type BusSettings = Partial<BusLimits> & { readonly registry?: Registry };

/** What an adapter's tests give to the suite that every adapter must pass. */
export interface BusHarness {
  /** The function of this package that makes the adapter, and its options without the logger. */
  readonly factory: string;
  options(): Record<string, unknown>;
  /** A bus such as another process would have. */
  createBus(settings: BusSettings): EventBus;
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

export const QUICK: BusLimits = { concurrency: 16, maxAttempts: 3, backoffBaseMs: 40, backoffMaxMs: 80 };

/** What the tests of the contract have in hand. Buses and processes end with the test. */
export interface ContractTest {
  readonly harness: BusHarness;
  /** A consumer that no other test knows. */
  readonly consumer: string;
  /** An id that no other test uses. */
  id(name: string): string;
  createBus(settings?: BusSettings): EventBus;
  readonly children: ChildProcess[];
  deadLettersOf(bus: EventBus, consumer?: string): Promise<DeadLetter[]>;
  /** Waits until this test's consumer has at least so many. */
  someDeadLetters(bus: EventBus, count: number): Promise<DeadLetter[]>;
}

/** To be called in a `describe`: starts the broker for all of it, and gives each test names of its own. */
export function useContractTest(harness: BusHarness): ContractTest {
  const buses: EventBus[] = [];
  const children: ChildProcess[] = [];
  let run = '';

  beforeAll(() => harness.start(), 60_000);
  afterAll(() => harness.close(), 60_000);
  beforeEach(async () => {
    await harness.reset();
    run = uuidv7().slice(-12);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });

  const test: ContractTest = {
    harness,
    get consumer() {
      return `consumer-${run}`;
    },
    id: (name) => `${name}-${run}`,
    createBus(settings = {}) {
      const bus = harness.createBus({ ...QUICK, ...settings });
      buses.push(bus);
      return bus;
    },
    children,
    deadLettersOf: (bus, consumer = test.consumer) => bus.deadLetters.list({ consumer }),
    async someDeadLetters(bus, count) {
      await until(async () => (await test.deadLettersOf(bus)).length >= count, {
        what: `${count} dead letters`,
      });
      return test.deadLettersOf(bus);
    },
  };
  return test;
}
