import type { AnyEvent } from '@cartograph/events';

/** Where a service keeps the events that are not published yet. */
export interface OutboxSource {
  /**
   * Hands up to `limit` of them to `publish`, in order for each aggregate, and removes them when it resolves.
   * If it rejects they stay, and so does the rejection.
   * Several processes may call it at once: none gets what another one holds.
   */
  relay(publish: (events: AnyEvent[]) => Promise<void>, limit: number): Promise<Relayed>;
  /** Asked before `relay` when the relay was not woken. Omit it if `relay` finds an empty outbox as cheaply. */
  isEmpty?(): Promise<boolean>;
  /** Milliseconds that the oldest one has waited, 0 if there is none. */
  oldestAgeMs(): Promise<number>;
  /** Called now and then: removes what is no longer needed. */
  tidy?(): Promise<void>;
}

export interface Relayed {
  /** How many were published. */
  readonly count: number;
  /** Whether there are more: too many for one go, or such as another process holds. */
  readonly isMoreLeft: boolean;
}
