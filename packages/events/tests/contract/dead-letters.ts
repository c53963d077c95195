import { expect, describe, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { PermanentFailure } from '../../src/index.js';
import type { ContractTest } from './contract-test.js';
import { createRecorder, stockChanged, upTo } from './recorder.js';

export function describeDeadLetters(test: ContractTest): void {
  describe('a dead letter', () => {
    it('is handed again to its own consumer only, when asked', async () => {
      let isMended = false;
      const recorder = createRecorder(() => {
        if (!isMended) throw new PermanentFailure('bug');
      });
      const bystander = createRecorder();
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.subscribe({
        consumer: `${test.consumer}-2`,
        types: ['stock.changed'],
        handle: bystander.handle,
      });
      await bus.publish([stockChanged(test.id('a'), 1)]);
      const [letter] = await test.someDeadLetters(bus, 1);
      isMended = true;
      expect(await bus.deadLetters.replay(letter!.id)).toBe(true);
      await until(() => recorder.of(test.id('a')).length === 1);
      expect(await test.deadLettersOf(bus)).toEqual([]);
      expect(await bus.deadLetters.replay(letter!.id)).toBe(false);
      await bus.publish([stockChanged(test.id('b'), 1)]);
      await until(() => bystander.of(test.id('b')).length === 1);
      expect(bystander.of(test.id('a'))).toEqual([1]);
    });

    it('is listed behind older ones, and all of one consumer are handed over again, once each', async () => {
      let isMended = false;
      const recorder = createRecorder((event) => {
        if (!isMended || event.aggregateId === test.id('2')) throw new PermanentFailure('bug');
      });
      const bus = test.createBus();
      for (const name of [test.consumer, `${test.consumer}-2`])
        await bus.subscribe({ consumer: name, types: ['stock.changed'], handle: recorder.handle });
      for (const number of upTo(5)) {
        await bus.publish([stockChanged(test.id(String(number)), 1)]);
        await test.someDeadLetters(bus, number);
      }
      for (let look = 0; look < 3; look++) {
        const letters = await test.deadLettersOf(bus);
        expect(letters.map(({ event }) => event!.aggregateId)).toEqual(
          upTo(5).map((n) => test.id(String(n))),
        );
      }
      const [oldest] = await bus.deadLetters.list({ consumer: test.consumer, limit: 1 });
      expect(oldest!.event!.aggregateId).toBe(test.id('1'));

      isMended = true;
      expect(await bus.deadLetters.replayAll({ consumer: test.consumer })).toEqual({
        replayed: 5,
        failures: [],
      });
      await until(() => recorder.handled.length === 4);
      const [again] = await test.someDeadLetters(bus, 1);
      expect(again!.event!.aggregateId).toBe(test.id('2'));
      expect(await test.deadLettersOf(bus, `${test.consumer}-2`)).toHaveLength(5);
      expect((await bus.deadLetters.replayAll({ consumer: 'nobody' })).replayed).toBe(0);
    });

    it('is given up for good, when asked', async () => {
      const bus = test.createBus();
      await bus.subscribe({
        consumer: test.consumer,
        types: ['stock.changed'],
        handle: () => Promise.reject(new PermanentFailure('bug')),
      });
      await bus.publish([stockChanged(test.id('a'), 1), stockChanged(test.id('b'), 1)]);
      const [letter, other] = await test.someDeadLetters(bus, 2);
      expect(await bus.deadLetters.remove(letter!.id)).toBe(true);
      expect(await bus.deadLetters.remove(letter!.id)).toBe(false);
      expect(await bus.deadLetters.get(letter!.id)).toBeUndefined();
      expect((await test.deadLettersOf(bus)).map((one) => one.id)).toEqual([other!.id]);
    });

    it.each(['', 'nonsense', 'products:0-1', 'orders:1'])('is not found by the id "%s"', async (unknown) => {
      const { deadLetters } = test.createBus();
      expect(await deadLetters.get(unknown)).toBeUndefined();
      expect(await deadLetters.replay(unknown)).toBe(false);
      expect(await deadLetters.remove(unknown)).toBe(false);
    });
  });
}
