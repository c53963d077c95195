import type { AnyEvent, EventEnvelope } from './envelope.js';
import type { Aggregate, EventType } from './types.js';

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

/**
 * A number that the bus keeps for each aggregate, which grows with each batch of events. A publisher stores the number of its
 * last batch: if the bus has a lower one, it has lost events that it acknowledged (emptied, crashed, restored from a backup).
 */
export type Marks = Readonly<Partial<Record<Aggregate, number>>>;

/** Why the publisher of an aggregate has to send events again. */
export type Loss =
  /** The bus holds what was sent up to this mark, which may be 0, and nothing after it. */
  | { readonly kind: 'lost'; readonly heldMark: number }
  /** What was sent since this time was asked for: by a new consumer for itself, or by an operator for all consumers. */
  | { readonly kind: 'asked'; readonly since: Date; readonly consumer?: string };

/** Events have to be sent again before these, which were not published. */
export class BusLossError extends Error {
  override readonly name = 'BusLossError';

  constructor(
    readonly aggregate: Aggregate,
    reason: string,
  ) {
    super(`Events of ${aggregate} have to be sent again first: ${reason}.`);
  }

  static ofMark(aggregate: Aggregate, heldMark: number, knownMark: number): BusLossError {
    return new BusLossError(aggregate, `the event bus has mark ${heldMark}, expected ${knownMark} or more`);
  }
}

/** What a publisher uses when the bus has lost events. One service publishes an aggregate. */
export interface BusRecovery {
  /** Undefined if nothing has to be sent again. @param knownMark of the last batch, 0 if there was none */
  lossOf(aggregate: Aggregate, knownMark: number): Promise<Loss | undefined>;
  /** Publishes to the consumers that miss the events, without a look at the marks and without changing them. */
  resend(events: readonly AnyEvent[], loss: Loss): Promise<void>;
  /** All was sent again: sets a mark greater than `knownMark` and answers it. @param loss what was answered to `lossOf` */
  recovered(aggregate: Aggregate, knownMark: number, loss: Loss): Promise<number>;
  /** Asks the publisher of an aggregate to send to all consumers again what it sent since a time. It does so within seconds. */
  askForResend(aggregate: Aggregate, since: Date): Promise<void>;
}

/** Whether a broker is fit to be the event bus. Each sentence says what is wrong and what to change. */
export interface BusInspection {
  /** The same for all processes on this bus, and another one on any other bus. */
  readonly id: string;
  /** Events would be lost for good. */
  readonly faults: readonly string[];
  /** Events would be lost at a restart, and sent again by their publishers. */
  readonly warnings: readonly string[];
}

export interface EventBus {
  /**
   * Resolves once the broker has accepted all of them; rejects if any may be missing (send all again then).
   * @param known the marks of the last batch; without them, the bus is not asked whether it has lost any
   * @returns the marks of this batch
   * @throws BusLossError if the bus has lower marks, or a consumer has asked for earlier events
   */
  publish(events: readonly AnyEvent[], known?: Marks): Promise<Marks>;
  readonly recovery: BusRecovery;
  /** Starts consuming; `close` waits for handlers that are running. */
  subscribe(subscription: EventSubscription): Promise<{ close(): Promise<void> }>;
  readonly deadLetters: DeadLetterQueue;
  /** For metrics. */
  lag(): Promise<ConsumerLag[]>;
  /** Asks the broker for its version and settings. Rejects when it does not answer. */
  inspect(): Promise<BusInspection>;
  /** Rejects when the broker does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
