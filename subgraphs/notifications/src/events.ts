import { EVENT_TYPES, type AnyEvent, type EventType } from '@cartograph/events';
import type { EventHandlers } from '@cartograph/kit';

/** The name of notifications on the bus, and in its table of handled events. */
export const CONSUMER = 'notifications';

interface Deps {
  readonly recordEvent: (event: AnyEvent) => Promise<void>;
}

/** Every event type has the same handler, because webhooks may subscribe to any of them. */
export function createHandlers({ recordEvent }: Deps): EventHandlers {
  return Object.fromEntries(EVENT_TYPES.map((type) => [type, recordEvent])) as Record<
    EventType,
    typeof recordEvent
  >;
}
