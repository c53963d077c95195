import { beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { EventBus } from '../../src/index.js';
import type { ContractTest } from './contract-test.js';
import { createRecorder, randomPause, stockChanged, upTo } from './recorder.js';

const TYPES = ['stock.changed'] as const;
const AGGREGATES = upTo(5).map((n) => `worked-${n}`);

/** One outage, which everybody lives through at once: each start of a broker takes seconds. */
export function describeOutage({ harness, createBus }: ContractTest): void {
  const work = createRecorder(randomPause);
  const asked = createRecorder();
  const late = createRecorder();
  const took = { asking: 0, leaving: 0 };
  let refusals: PromiseSettledResult<unknown>[] = [];
  /** How many events each aggregate had, before, during and after the outage. */
  let published = 0;

  /** As an outbox does: again and again until it is known to be there. On a busy machine a broker takes a minute to start. */
  const publish = (bus: EventBus, ...events: ReturnType<typeof stockChanged>[]) =>
    until(() => bus.publish(events).then(() => true), {
      timeoutMs: 120_000,
      what: 'a broker that takes events',
    });

  async function liveThroughOutage(): Promise<void> {
    for (const bus of [createBus(), createBus()])
      await bus.subscribe({ consumer: 'worker', types: TYPES, handle: work.handle });
    const asking = createBus();
    await asking.subscribe({ consumer: 'asking', types: TYPES, handle: asked.handle });
    const leaving = createBus();
    await leaving.subscribe({ consumer: 'leaving', types: TYPES, handle: async () => {} });

    let isOver = false;
    const publisher = createBus();
    const publishing = (async () => {
      while (!isOver || published < 40) {
        published += 1;
        await publish(publisher, ...AGGREGATES.map((id) => stockChanged(id, published)));
        await randomPause();
      }
    })();
    await until(() => work.handled.length > 20);
    await harness.stopBroker();

    const startedAt = Date.now();
    refusals = await Promise.allSettled([asking.publish([stockChanged('refused', 1)]), asking.ping()]);
    took.asking = Date.now() - startedAt;
    await leaving.close();
    took.leaving = Date.now() - startedAt - took.asking;
    const subscribing = createBus().subscribe({ consumer: 'late', types: TYPES, handle: late.handle });

    await harness.startBroker();
    await subscribing;
    await publish(asking, stockChanged('afterwards', 1));
    isOver = true;
    await publishing;
    const isAllDone = () =>
      AGGREGATES.every((id) => work.of(id).includes(published)) &&
      [asked, late].every((recorder) => recorder.of('afterwards').length > 0);
    await until(isAllDone, { timeoutMs: 30_000, what: 'all events to be handled' });
  }

  describe('when the broker is away', () => {
    beforeAll(async () => {
      await harness.reset();
      await liveThroughOutage();
    }, 180_000);

    it('refuses to publish and to answer, soon, and works again afterwards without a new bus', () => {
      expect(refusals.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(took.asking).toBeLessThan(12_000);
      expect(asked.of('afterwards')).toContain(1);
    });

    it('loses nothing and keeps the order over a restart in the middle of work', () => {
      // At least once: a repetition may come, but nothing new before what precedes it.
      for (const id of AGGREGATES) {
        const firsts = work.of(id).filter((sequence, index, all) => all.indexOf(sequence) === index);
        expect(firsts).toEqual(upTo(published));
      }
    });

    it('can be subscribed to before the broker is there', () => {
      expect(late.of('afterwards')).toContain(1);
    });

    it('can be closed, in less than the 9.5 s that a service has to stop', () => {
      expect(took.leaving).toBeLessThan(9_000);
    });
  });
}
