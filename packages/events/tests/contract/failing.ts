import { expect, describe, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { PermanentFailure } from '../../src/index.js';
import type { ContractTest } from './contract-test.js';
import { createRecorder, stockChanged } from './recorder.js';

export function describeFailing(test: ContractTest): void {
  describe('when a handler fails', () => {
    it('tries again until it succeeds, holding back later events of that aggregate only', async () => {
      let failures = 0;
      const recorder = createRecorder((event) => {
        if (event.aggregateId === test.id('bad') && event.sequence === 1 && failures++ < 2)
          throw new Error('not yet');
      });
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([
        stockChanged(test.id('bad'), 1),
        stockChanged(test.id('bad'), 2),
        stockChanged(test.id('good'), 1),
      ]);
      await until(() => recorder.handled.length === 3);
      expect(recorder.of(test.id('bad'))).toEqual([1, 2]);
      expect(recorder.handled[0]!.aggregateId).toBe(test.id('good'));
      expect(failures).toBe(3);
      expect(await test.deadLettersOf(bus)).toEqual([]);
    });

    it('puts an event aside after its last attempt, with the reason, and goes on', async () => {
      const recorder = createRecorder((event) => {
        if (event.sequence === 1) throw new TypeError('will never work');
      });
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      const poison = stockChanged(test.id('bad'), 1);
      await bus.publish([poison, stockChanged(test.id('bad'), 2)]);
      await until(() => recorder.of(test.id('bad')).length === 1);
      expect(recorder.of(test.id('bad'))).toEqual([2]);
      expect(recorder.started.filter(({ sequence }) => sequence === 1)).toHaveLength(3);
      const [letter, ...others] = await test.someDeadLetters(bus, 1);
      expect(others).toEqual([]);
      expect(letter).toMatchObject({
        consumer: test.consumer,
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
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish([stockChanged(test.id('a'), 1)]);
      const [letter] = await test.someDeadLetters(bus, 1);
      expect(letter).toMatchObject({ reason: 'PermanentFailure: order does not exist', attempts: 1 });
      expect(recorder.started).toHaveLength(1);
    });

    it.each([
      ['no JSON', '{"id": '],
      ['no envelope', '"text"'],
      ['data that breaks its schema', JSON.stringify({ ...stockChanged('x', 1), data: { productId: 7 } })],
    ])('puts aside what is no valid event (%s) without calling the handler, and goes on', async (_, text) => {
      const recorder = createRecorder();
      const bus = test.createBus();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      await test.harness.publishRaw('products', 'stock.changed', text);
      await bus.publish([stockChanged(test.id('a'), 1)]);
      await until(() => recorder.of(test.id('a')).length === 1);
      const [letter] = await test.someDeadLetters(bus, 1);
      expect(letter).toMatchObject({ event: null, raw: text, attempts: 1 });
      expect(letter!.reason).toMatch(/^InvalidEventError: /);
      expect(recorder.started).toHaveLength(1);
    });
  });
}
