import { expect, it } from '@jest/globals';
import type { AnyEvent } from '../src/index.js';
import { describeClosing } from './contract/closing.js';
import { useContractTest, type BusHarness } from './contract/contract-test.js';
import { describeDeadLetters } from './contract/dead-letters.js';
import { describeDelivering } from './contract/delivering.js';
import { describeFailing } from './contract/failing.js';
import { describeKilled } from './contract/killed.js';
import { describeMetrics } from './contract/metrics.js';
import { describeOutage } from './contract/outage.js';
import { stockChanged } from './contract/recorder.js';

/** The suite that every adapter must pass. */
export function describeBusContract(harness: BusHarness): void {
  const test = useContractTest(harness);

  describeDelivering(test);
  describeFailing(test);
  describeDeadLetters(test);
  describeKilled(test);
  describeOutage(test);
  describeClosing(test);
  describeMetrics(test);

  it('refuses to send an event of an unknown kind', async () => {
    const strange = { ...stockChanged('a', 1), type: 'ufo.landed' } as unknown as AnyEvent;
    await expect(test.createBus().publish([strange])).rejects.toThrow('ufo.landed');
  });
}
