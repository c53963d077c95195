import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from '@cartograph/processes';
import type { StackEvent } from './types.js';

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** Running this long without a crash makes the next pause short again. */
const calmMs = 60_000;

/** Reports when a process ends unexpectedly and, if `restart` is set, restarts it after increasing pauses. */
export function keepAlive(
  managed: ManagedProcess,
  options: {
    readonly restart: boolean;
    /** Asked before each start: false once the stack is stopping. */
    isWanted(): boolean;
    onEvent(event: StackEvent): void;
  },
): void {
  const { name } = managed;
  let pauseMs = firstPauseMs;
  let lastStart = Date.now();

  async function revive(how: string): Promise<void> {
    if (Date.now() - lastStart > calmMs) pauseMs = firstPauseMs;
    for (let reason = how; options.isWanted();) {
      options.onEvent({ type: 'crashed', name, how: reason, retryInMs: pauseMs });
      await delay(pauseMs, undefined, { ref: false });
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      if (!options.isWanted()) return;
      try {
        lastStart = Date.now();
        await managed.start();
        options.onEvent({ type: 'restarted', name });
        return;
      } catch (error) {
        reason = `did not start again: ${(error as Error).message}`;
      }
    }
  }

  managed.onCrash((how) => {
    if (!options.isWanted()) return;
    if (options.restart) void revive(how);
    else options.onEvent({ type: 'crashed', name, how });
  });
}
