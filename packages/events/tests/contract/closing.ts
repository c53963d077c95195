import { expect, describe, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import type { ContractTest } from './contract-test.js';
import { createRecorder, gate, randomPause, stockChanged } from './recorder.js';

export function describeClosing(test: ContractTest): void {
  describe('closing', () => {
    it('waits for the handler that is running, and takes nothing new meanwhile', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      const bus = test.createBus();
      const subscription = await bus.subscribe({
        consumer: test.consumer,
        types: ['stock.changed'],
        handle: recorder.handle,
      });
      await bus.publish([stockChanged(test.id('a'), 1), stockChanged(test.id('a'), 2)]);
      await until(() => recorder.started.length === 1);
      let isClosed = false;
      const closing = subscription.close().then(() => (isClosed = true));
      await bus.publish([stockChanged(test.id('b'), 1)]);
      await randomPause();
      expect(isClosed).toBe(false);
      open();
      await closing;
      expect(recorder.of(test.id('a'))).toEqual([1]);
      // What was handled is not given out again; what was not goes to the next one.
      const next = createRecorder();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: next.handle });
      await until(() => next.handled.length === 2);
      expect(next.of(test.id('a'))).toEqual([2]);
    });

    it('is prompt when nothing runs', async () => {
      const bus = test.createBus();
      await bus.subscribe({
        consumer: test.consumer,
        types: ['stock.changed', 'user.registered'],
        handle: async () => {},
      });
      const startedAt = Date.now();
      await bus.close();
      expect(Date.now() - startedAt).toBeLessThan(1000);
    });
  });
}
