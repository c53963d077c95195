import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, describe, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { QUICK, type ContractTest } from './contract-test.js';
import { createRecorder, gate, stockChanged } from './recorder.js';

export function describeKilled(test: ContractTest): void {
  describe('when a process is killed', () => {
    it('gives the events it was handling, and those behind them, to another process, in order', async () => {
      const bus = test.createBus();
      const script = fileURLToPath(new URL('../processes/stuck-consumer.mjs', import.meta.url));
      const args = [
        script,
        test.harness.factory,
        JSON.stringify({ ...test.harness.options(), ...QUICK }),
        test.consumer,
        'stock.changed',
      ];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      test.children.push(child);
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await until(() => printed.includes('ready\n'));
      const events = [
        stockChanged(test.id('a'), 1),
        stockChanged(test.id('a'), 2),
        stockChanged(test.id('b'), 1),
      ];
      await bus.publish(events);
      await until(() => printed.includes(events[0]!.id) && printed.includes(events[2]!.id));
      expect(printed).not.toContain(events[1]!.id);
      const recorder = createRecorder();
      await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      child.kill('SIGKILL');
      await once(child, 'exit');
      await until(() => recorder.handled.length === 3);
      expect(recorder.of(test.id('a'))).toEqual([1, 2]);
      expect(recorder.of(test.id('b'))).toEqual([1]);
    });

    it('leaves an event with its process, however long it takes, while that lives', async () => {
      const { open, opened } = gate();
      const recorder = createRecorder(() => opened);
      for (const bus of [test.createBus(), test.createBus()]) {
        await bus.subscribe({ consumer: test.consumer, types: ['stock.changed'], handle: recorder.handle });
      }
      await test.createBus().publish([stockChanged(test.id('a'), 1)]);
      await until(() => recorder.started.length === 1);
      // Several times as long as a dead process's events wait.
      await new Promise((resolve) => setTimeout(resolve, 1200));
      open();
      await until(() => recorder.handled.length === 1);
      expect(recorder.started).toHaveLength(1);
    });
  });
}
