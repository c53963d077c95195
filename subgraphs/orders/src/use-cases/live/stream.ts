import { PublicError } from '@cartograph/kit';
import type { EventScope, EventWithOrder, OrdersStore } from '../../store/store.js';
import type { OrderFeed } from './feed.js';

export interface StreamOptions {
  readonly feed: OrderFeed;
  readonly store: Pick<OrdersStore, 'readEvents'>;
  readonly scope: EventScope;
  /** The first event to send, e.g. the latest one. */
  readonly first?: EventWithOrder;
  /** Start after this cursor; later events are read from the table. Undefined: start now. */
  readonly after?: number;
  /** The stream ends after an event for which this is true. */
  readonly isLast?: (entry: EventWithOrder) => boolean;
  /** How many events may wait for the subscriber. If there are more, it reads the table at its own pace until it has caught up. */
  readonly bufferSize: number;
  /** A subscriber that is behind and reads nothing for this long (milliseconds) loses its stream. */
  readonly stallMs: number;
  /** No more events will follow, so the stream ends immediately. */
  readonly isOver?: boolean;
  /** When the subscriber's token expires, in milliseconds since the epoch. */
  readonly expiresAt?: number;
  readonly onEnd?: () => void;
}

type Pending = {
  resolve(result: IteratorResult<EventWithOrder, undefined>): void;
  reject(error: unknown): void;
};

const REPLAY_PAGE = 100;
const MAX_TIMER_MS = 2 ** 31 - 1;

const overflow = (stallMs: number) =>
  new PublicError(
    'SUBSCRIPTION_OVERFLOW',
    `The client read no event from this stream for ${stallMs / 1_000} s. Subscribe again with your last cursor as "after".`,
  );

/**
 * One subscriber's events: a replay from the table, then live events from the feed, without gaps or duplicates. A replay
 * reads the table only as fast as the subscriber takes the events.
 *
 * This is a hand-written iterator because the `return()` of an async generator waits for a `next()` that may never resolve.
 */
export function openStream(options: StreamOptions): AsyncIterableIterator<EventWithOrder, undefined> {
  const { feed, store, scope, bufferSize } = options;
  const queue: EventWithOrder[] = [];
  const waiting: Pending[] = [];
  /** Live events that arrive while the table is still being read. */
  let early: EventWithOrder[] = [];
  let hasMissedEarly = false;
  let isLive = false;
  let last = options.first?.event.cursor ?? options.after ?? 0;
  let latest: EventWithOrder | undefined;
  let ended: { readonly error?: unknown } | undefined;
  let onDrained: (() => void) | undefined;
  let stopListening: (() => void) | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let stall: NodeJS.Timeout | undefined;

  function end(outcome: { error?: unknown } = {}, { dropQueue = false } = {}): void {
    if (ended) return;
    ended = outcome;
    if (dropQueue) queue.length = 0;
    clearTimeout(expiry);
    clearTimeout(stall);
    stopListening?.();
    early = [];
    onDrained?.();
    options.onEnd?.();
    // Calls of `next()` wait only while the queue is empty.
    const [first, ...others] = waiting.splice(0);
    if (first && 'error' in outcome) first.reject(outcome.error);
    else first?.resolve({ done: true, value: undefined });
    for (const pending of others) pending.resolve({ done: true, value: undefined });
    if (first && 'error' in outcome) ended = {};
  }

  function send(entry: EventWithOrder): void {
    last = entry.event.cursor;
    latest = entry;
    const pending = waiting.shift();
    if (pending) pending.resolve({ done: false, value: entry });
    else queue.push(entry);
  }

  function onLive(entry: EventWithOrder): void {
    if (ended || entry.event.cursor <= last) return;
    if (isLive && queue.length < bufferSize) {
      send(entry);
      if (options.isLast?.(entry)) end();
      return;
    }
    if (isLive) {
      // Later events are read from the table, so that a slow subscriber costs neither memory nor events.
      isLive = false;
      hasMissedEarly = true;
      stall = setTimeout(() => end({ error: overflow(options.stallMs) }), options.stallMs).unref();
      catchUp().catch((error: unknown) => end({ error }));
      return;
    }
    if (early.length < bufferSize) early.push(entry);
    else {
      early = [];
      hasMissedEarly = true;
    }
  }

  /** Reads the table after `last` until no event is missing, then goes live. */
  async function catchUp(): Promise<void> {
    do {
      if (queue.length > 0) await new Promise<void>((resolve) => (onDrained = resolve));
      if (ended) return;
      hasMissedEarly = false;
      const page = await store.readEvents(scope, last, REPLAY_PAGE);
      if (ended) return;
      page.forEach(send);
      if (page.length === REPLAY_PAGE) hasMissedEarly = true;
    } while (hasMissedEarly);
    goLive();
  }

  function goLive(): void {
    isLive = true;
    clearTimeout(stall);
    stall = undefined;
    if (latest && options.isLast?.(latest)) return end();
    const held = early;
    early = [];
    for (const entry of held) {
      if (entry.event.cursor <= last) continue;
      send(entry);
      if (options.isLast?.(entry)) return end();
    }
  }

  async function begin(): Promise<void> {
    stopListening = await feed.listen(scope, onLive);
    if (ended) return stopListening();
    if (options.first) send(options.first);
    if (options.first || options.after !== undefined) await catchUp();
    else goLive();
  }

  const expiresIn = options.expiresAt === undefined ? undefined : options.expiresAt - Date.now();
  if (expiresIn !== undefined && expiresIn < MAX_TIMER_MS) {
    const error = new PublicError(
      'UNAUTHENTICATED',
      'Your session has expired. Sign in again, then subscribe with your last cursor as "after".',
      { reason: 'TOKEN_EXPIRED' },
    );
    expiry = setTimeout(() => end({ error }, { dropQueue: true }), Math.max(0, expiresIn)).unref();
  }
  if (options.isOver) end();
  else begin().catch((error: unknown) => end({ error }));

  return {
    next() {
      stall?.refresh();
      const entry = queue.shift();
      if (queue.length === 0) onDrained?.();
      if (entry) return Promise.resolve({ done: false, value: entry });
      if (!ended) return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      const { error } = ended;
      ended = {};
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    },
    return() {
      end({}, { dropQueue: true });
      return Promise.resolve({ done: true, value: undefined });
    },
    throw(error) {
      end({}, { dropQueue: true });
      return Promise.reject(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
