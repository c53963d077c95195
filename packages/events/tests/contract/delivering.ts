import { expect, describe, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { AnyEvent } from '../../src/index.js';
import type { ContractTest } from './contract-test.js';
import { createRecorder, gate, randomPause, stockChanged, upTo, userRegistered } from './recorder.js';

export function describeDelivering(test: ContractTest): void {
  describe('delivering', () => {
    it('gives each event to every consumer that asked for its type, and to no other', async () => {
      const bus = test.createBus();
      const [stock, users, both] = [createRecorder(), createRecorder(), createRecorder()];
      await bus.subscribe({ consumer: `${test.consumer}-1`, types: ['stock.changed'], handle: stock.handle });
      await bus.subscribe({
        consumer: `${test.consumer}-2`,
        types: ['user.registered'],
        handle: users.handle,
      });
      await bus.subscribe({
        consumer: `${test.consumer}-3`,
        types: ['stock.changed', 'user.registered'],
        handle: both.handle,
      });
      const events = [
        stockChanged(test.id('a'), 1),
        userRegistered(test.id('u')),
        stockChanged(test.id('b'), 1),
      ];
      await test.createBus().publish(events);
      await until(
        () => both.handled.length === 3 && stock.handled.length === 2 && users.handled.length === 1,
      );
      const sorted = (list: AnyEvent[]) => [...list].sort((x, y) => x.id.localeCompare(y.id));
      expect(sorted(both.handled)).toEqual(sorted(events));
      expect(new Set(stock.handled.map(({ type }) => type))).toEqual(new Set(['stock.changed']));
      expect(new Set(users.handled.map(({ type }) => type))).toEqual(new Set(['user.registered']));
    });

    it('keeps events for a consumer whose processes are all away', async () => {
      const bus = test.createBus();
      const first = await bus.subscribe({
        consumer: test.consumer,
        types: ['stock.changed'],
        handle: async () => {},
      });
      await first.close();
      await bus.publish([stockChanged(test.id('a'), 1)]);
      const later = createRecorder();
      await test
        .createBus()
        .subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: later.handle });
      await until(() => later.of(test.id('a')).length === 1);
    });

    it('hands events of one aggregate over in order and one at a time, whichever of two processes does it', async () => {
      const recorder = createRecorder(randomPause);
      for (const bus of [test.createBus(), test.createBus()]) {
        await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      }
      const ids = upTo(8).map((n) => test.id(`product-${n}`));
      const publisher = test.createBus();
      for (const sequence of upTo(25)) await publisher.publish(ids.map((one) => stockChanged(one, sequence)));
      await until(() => recorder.handled.length >= 200, { timeoutMs: 20_000 });
      for (const one of ids) expect(recorder.of(one)).toEqual(upTo(25));
      expect(recorder.overlaps).toEqual([]);
    });

    it('handles events of other aggregates while one takes long', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder((event) =>
        event.aggregateId === test.id('slow') ? opened : undefined,
      );
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([
        stockChanged(test.id('slow'), 1),
        stockChanged(test.id('slow'), 2),
        stockChanged(test.id('quick'), 1),
      ]);
      await until(() => recorder.of(test.id('quick')).length === 1);
      expect(recorder.of(test.id('slow'))).toEqual([]);
      open();
      await until(() => recorder.of(test.id('slow')).length === 2);
    });

    it('runs no more handlers at once than allowed', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      const bus = test.createBus({ concurrency: 3 });
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish(upTo(10).map((n) => stockChanged(test.id(`p${n}`), 1)));
      await until(() => recorder.started.length === 3);
      await randomPause();
      expect(recorder.active).toBe(3);
      open();
      await until(() => recorder.handled.length === 10);
    });

    it('shares the work between two processes without doubling it', async () => {
      const recorders = [createRecorder(randomPause), createRecorder(randomPause)];
      const processes = [test.createBus({ concurrency: 4 }), test.createBus({ concurrency: 4 })];
      for (const [index, bus] of processes.entries()) {
        await bus.subscribe({
          consumer: test.consumer,
          types: ['stock.changed'],
          handle: recorders[index]!.handle,
        });
      }
      const publisher = test.createBus();
      await publisher.publish(upTo(150).map((n) => stockChanged(test.id(`p${n}`), 1)));
      const total = () => recorders[0]!.handled.length + recorders[1]!.handled.length;
      await until(() => total() >= 150);
      const busy = recorders[0]!.handled.length > 0 ? 0 : 1;
      if (test.harness.sharing === 'all work')
        expect(Math.min(...recorders.map(({ handled }) => handled.length))).toBeGreaterThan(0);
      // One leaves, as in a rolling deploy: the other takes all.
      await processes[busy]!.close();
      await publisher.publish(upTo(50).map((n) => stockChanged(test.id(`q${n}`), 1)));
      await until(() => total() >= 200);
      expect(new Set(recorders.flatMap(({ handled }) => handled.map((event) => event.id))).size).toBe(200);
      expect(total()).toBe(200);
    });
  });
}
