import { EVENT_TYPES, type AnyEvent, type EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';

/** What notifications listens to: all there is, since webhooks may ask for any of it. */
export function createSubscription(notify: (event: AnyEvent) => Promise<void>): EventSubscription {
  return {
    consumer: 'notifications',
    types: EVENT_TYPES,
    // Nobody waits for a mail as they wait for a page, and what comes together is recorded together.
    gatherMs: 250,
    handle: inTraceOf(notify),
  };
}
