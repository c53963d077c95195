import type { AnyEvent, EventEnvelope } from './envelope.js';
import type { EventType } from './types.js';

/** What a service listens to. One per service: its name is the consumer group (Redis) or queue prefix (RabbitMQ). */
export interface EventSubscription {
  /** Consumer group, e.g. `payments`. Several processes of one group share the work. */
  readonly consumer: string;
  readonly types: readonly EventType[];
  /**
   * How long an event may wait for others to come with it, in milliseconds; default 0. A broker that is asked for events
   * (Redis Streams) is then asked less often; one that sends them (RabbitMQ) takes no notice.
   */
  readonly gatherMs?: number;
  /**
   * Called at least once per event, events of one `aggregateId` in order and never two at a time.
   * Throwing means "try again later"; throw {@link PermanentFailure} for what no retry can mend.
   */
  handle(event: AnyEvent): Promise<void>;
}

/** Thrown by a handler when trying again is pointless: the event goes to the dead letters at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

export interface DeadLetter {
  readonly id: string;
  readonly consumer: string;
  readonly event: EventEnvelope | null;
  /** What arrived, when it was no valid event. */
  readonly raw: string;
  readonly reason: string;
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly failedAt: string;
}

/** What became of a replay of all. */
export interface Replay {
  readonly replayed: number;
  /** Why others stayed, each reason once. */
  readonly failures: readonly string[];
}

/** What could not be handled, kept until replayed or deleted. */
export interface DeadLetterQueue {
  /** Oldest first. */
  list(options?: { consumer?: string; limit?: number }): Promise<DeadLetter[]>;
  get(id: string): Promise<DeadLetter | undefined>;
  /** Hands it to its consumer again (that one only) and removes it here; false if there is none of that id. */
  replay(id: string): Promise<boolean>;
  /** Replays those that are there now, up to 10,000; what fails again meanwhile is not taken up again. */
  replayAll(options?: { consumer?: string }): Promise<Replay>;
  /** Gives it up for good; false if there is none of that id. */
  remove(id: string): Promise<boolean>;
}

export interface ConsumerLag {
  readonly consumer: string;
  readonly stream: string;
  /** Events not yet handled, those being retried included. */
  readonly pending: number;
}

export interface EventBus {
  /** Resolves once the broker holds all of them durably; rejects if any may be missing (send all again then). */
  publish(events: readonly AnyEvent[]): Promise<void>;
  /** Starts consuming; `close` waits for handlers that are running. */
  subscribe(subscription: EventSubscription): Promise<{ close(): Promise<void> }>;
  readonly deadLetters: DeadLetterQueue;
  /** For metrics. */
  lag(): Promise<ConsumerLag[]>;
  /** Rejects when the broker does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
