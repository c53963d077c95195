import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { aggregateOf, EVENT_DATA, type Aggregate, type EventData, type EventType } from './types.js';

/** One event as it travels. `sequence` counts within the aggregate `aggregateId`, from 1. */
export interface EventEnvelope<T extends EventType = EventType> {
  readonly id: string;
  readonly type: T;
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly occurredAt: string;
  readonly aggregateId: string;
  readonly sequence: number;
  /** W3C Trace Context of the request that caused it. */
  readonly traceparent: string | null;
  readonly data: EventData<T>;
}

/** Distributes over the union, so that a `switch` on `type` narrows `data`. */
export type AnyEvent = { [T in EventType]: EventEnvelope<T> }[EventType];

const envelope = z.object({
  id: z.uuid(),
  type: z.string(),
  version: z.literal(1),
  occurredAt: z.iso.datetime(),
  // Adapters use NUL as a separator.
  aggregateId: z.string().regex(/^[^\0]+$/, 'expected a text that is not empty and holds no NUL'),
  sequence: z.int().nonnegative(),
  traceparent: z.string().nullable(),
  data: z.unknown(),
});

/** An event that breaks its contract: it can never be handled, so consumers dead-letter it at once. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/**
 * Makes an event out of its data.
 * @throws InvalidEventError if the data breaks the type's schema.
 */
export function createEvent<T extends EventType>(
  type: T,
  fields: {
    aggregateId: string;
    sequence?: number;
    data: EventData<T>;
    traceparent?: string | null;
    now?: Date;
  },
): EventEnvelope<T> {
  return parseEvent({
    id: uuidv7(),
    type,
    version: 1,
    occurredAt: (fields.now ?? new Date()).toISOString(),
    aggregateId: fields.aggregateId,
    sequence: fields.sequence ?? 0,
    traceparent: fields.traceparent ?? null,
    data: fields.data,
  }) as EventEnvelope<T>;
}

/**
 * Reads an untrusted value as an event.
 * @throws InvalidEventError naming every field that is wrong.
 */
export function parseEvent(value: unknown): AnyEvent {
  const outer = envelope.safeParse(value);
  if (!outer.success) throw new InvalidEventError(`Not an event envelope: ${z.prettifyError(outer.error)}`);
  const { type } = outer.data;
  if (!Object.hasOwn(EVENT_DATA, type)) throw new InvalidEventError(`Unknown event type "${type}".`);
  const data = EVENT_DATA[type as EventType].safeParse(outer.data.data);
  if (!data.success)
    throw new InvalidEventError(`Event ${outer.data.id} of type ${type}: ${z.prettifyError(data.error)}`);
  return { ...outer.data, data: data.data } as AnyEvent;
}

/** The event in a text, null if it is none. */
export function readEvent(raw: string): AnyEvent | null {
  try {
    return parseEvent(JSON.parse(raw));
  } catch {
    return null;
  }
}

/** Keeps their order. @throws InvalidEventError for a type of no known aggregate. */
export function groupByAggregate(events: readonly AnyEvent[]): Map<Aggregate, AnyEvent[]> {
  const groups = new Map<Aggregate, AnyEvent[]>();
  for (const event of events) {
    const aggregate = aggregateOf(event.type) as Aggregate | undefined;
    if (!aggregate) throw new InvalidEventError(`Event type "${event.type}" belongs to no known aggregate.`);
    const group = groups.get(aggregate);
    if (group) group.push(event);
    else groups.set(aggregate, [event]);
  }
  return groups;
}
