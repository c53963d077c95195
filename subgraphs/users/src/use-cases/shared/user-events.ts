import { createEvent, type EventData, type EventEnvelope, type EventType } from '@cartograph/events';
import { currentContext } from '@cartograph/kit';
import type { User } from '../../domain/user.js';

type UserEventType = Extract<EventType, `user.${string}`>;
type Person = EventData<'user.registered'>;

/**
 * Creates the next event of a user.
 * @param extra what the event says besides the user's id, address and name
 * @returns the event, and the user to save with it
 */
export function nextUserEvent<T extends UserEventType>(
  type: T,
  user: User,
  now: Date,
  extra: Omit<EventData<T>, keyof Person>,
): { user: User; event: EventEnvelope<T> } {
  const next = { ...user, eventCount: user.eventCount + 1 };
  const person: Person = { userId: user.id, email: user.email, name: user.name };
  const event = createEvent(type, {
    aggregateId: user.id,
    sequence: next.eventCount,
    traceparent: currentContext()?.traceparent ?? null,
    now,
    data: { ...person, ...extra } as unknown as EventData<T>,
  });
  return { user: next, event };
}
