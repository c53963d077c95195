import { EVENT_TYPES, type AnyEvent, type EventSubscription } from '@cartograph/events';
import { inTraceOf } from '@cartograph/kit';

/** The name of this consumer on the bus. Notifications also records handled events under it. */
export const CONSUMER = 'notifications';

interface Deps {
  readonly recordEvent: (event: AnyEvent) => Promise<void>;
}

/** Notifications consumes every event type, because webhooks may subscribe to any of them. */
export function createHandlers({ recordEvent }: Deps): EventSubscription {
  return {
    consumer: CONSUMER,
    types: EVENT_TYPES,
    // Mails are not urgent, and events that arrive together are recorded by one statement.
    gatherMs: 250,
    handle: inTraceOf(recordEvent),
  };
}
