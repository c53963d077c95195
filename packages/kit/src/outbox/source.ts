import type { Aggregate, AnyEvent, Loss, Marks } from '@cartograph/events';

/** How long events are kept after they were sent, unless the configuration says otherwise: three days. */
export const KEEP_SENT_MS = 3 * 24 * 3_600_000;

/** Where a service keeps the events that are not published yet, and for some time those that were. */
export interface OutboxSource {
  /**
   * Hands up to `limit` of them to `publish`, in order for each aggregate, with the marks of the batches before. When it
   * resolves with the marks of this batch, moves them to the events that were sent. If it rejects they stay, and so does the
   * rejection. Several processes may call it at once: none gets what another one holds.
   */
  relay(publish: Publish, limit: number): Promise<Relayed>;
  /** Asked before `relay` when the relay was not woken. Omit it if `relay` finds an empty outbox as cheaply. */
  isEmpty?(): Promise<boolean>;
  /** Milliseconds that the oldest one has waited, 0 if there is none. */
  oldestAgeMs(): Promise<number>;
  /** The marks of the last batches. */
  marks(): Promise<Marks>;
  /**
   * Sends the kept events of an aggregate again, in their old order, unless another process does so already.
   * @returns how many, undefined if there was nothing to do
   */
  resend(aggregate: Aggregate, steps: ResendSteps): Promise<number | undefined>;
  /** Called now and then: removes what is no longer needed. @param keepSentMs default {@link KEEP_SENT_MS} */
  tidy?(keepSentMs?: number): Promise<void>;
}

/** Publishes events. Those that it answers no mark for are not kept. @param known the marks of the batches before */
export type Publish = (events: AnyEvent[], known: Marks) => Promise<Marks | void>;

/** What a source calls while it sends events again. */
export interface ResendSteps {
  /** What the bus has lost, asked once no other process is sending again. @param knownMark of the last batch, or 0 */
  lossOf(knownMark: number): Promise<Loss | undefined>;
  send(events: readonly AnyEvent[], loss: Loss): Promise<void>;
  /** All were sent. Answers the mark from now on. */
  recovered(knownMark: number, loss: Loss): Promise<number>;
}

export interface Relayed {
  /** How many were published. */
  readonly count: number;
  /** Whether there are more: too many for one go, or such as another process holds. */
  readonly isMoreLeft: boolean;
}
