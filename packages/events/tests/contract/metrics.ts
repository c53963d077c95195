import { describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { Registry } from 'prom-client';
import type { ContractTest } from './contract-test.js';
import { createRecorder, gate, stockChanged, upTo, userRegistered } from './recorder.js';

export function describeMetrics(test: ContractTest): void {
  describe('the metrics', () => {
    it('count what is published, handled, retried and given up', async () => {
      const registry = new Registry();
      const bus = test.createBus({ registry, maxAttempts: 2 });
      const { consumer } = test;
      const handled = createRecorder((event) => {
        if (event.type === 'stock.changed') throw new Error('no');
      });
      await bus.subscribe({
        consumer,
        types: ['stock.changed', 'user.registered'],
        handle: handled.handle,
      });
      await bus.publish([stockChanged(test.id('a'), 1), userRegistered(test.id('u'))]);
      await test.someDeadLetters(bus, 1);
      await until(() => handled.of(test.id('u')).length === 1);
      const text = await registry.metrics();
      const failing = `{consumer="${consumer}",type="stock.changed"} 1`;
      expect(text).toContain('cartograph_events_published_total{type="stock.changed"} 1');
      expect(text).toContain(
        `cartograph_events_handled_total{consumer="${consumer}",type="user.registered"} 1`,
      );
      expect(text).toContain(`cartograph_events_retries_total${failing}`);
      expect(text).toContain(`cartograph_events_dead_letters_total${failing}`);
    });

    it('tell how many events each consumer has not handled', async () => {
      const registry = new Registry();
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      const bus = test.createBus({ registry, concurrency: 2 });
      const { consumer } = test;
      await bus.subscribe({ consumer, types: ['stock.changed'], handle: recorder.handle });
      await bus.publish(upTo(5).map((n) => stockChanged(test.id(`p${n}`), 1)));
      await until(() => recorder.started.length === 2);
      const lag = async () => {
        const [, pending] =
          new RegExp(
            `^cartograph_events_consumer_lag\\{consumer="${consumer}",stream="[^"]+"\\} (\\d+)$`,
            'm',
          ).exec(await registry.metrics()) ?? [];
        return pending;
      };
      await until(async () => (await lag()) === '5');
      open();
      await until(async () => (await lag()) === '0');
    });
  });
}
