import { compare, typeOrder } from '../bson/compare.js';
import type { Stored } from './collection.js';
import type { Index, Interval } from './index.js';
import type { Store } from './store.js';

/** mongod sweeps every 60 seconds; in development it is better to see soon what expires. */
const DEFAULT_PAUSE_S = 1;
/** Removed in one turn of the event loop, so that clients are answered in between. */
const MOST_AT_ONCE = 1000;

/**
 * Removes the documents of TTL indexes whose time has come: those with a date, or an array with a date, that is at least
 * `expireAfterSeconds` ago. Documents without a date never expire.
 */
export class Expiry {
  /** Removed since the start. */
  deletedDocuments = 0;
  passes = 0;
  isEnabled = true;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: Store,
    private pauseSeconds = DEFAULT_PAUSE_S,
  ) {
    this.schedule();
  }

  get pause(): number {
    return this.pauseSeconds;
  }

  /** Seconds between two sweeps. */
  set pause(seconds: number) {
    this.pauseSeconds = seconds;
    this.schedule();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.isEnabled = false;
  }

  private schedule(milliseconds = this.pauseSeconds * 1000): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.sweep(), milliseconds);
    this.timer.unref();
  }

  private sweep(): void {
    let removed = 0;
    try {
      if (this.isEnabled) removed = this.removeExpired(new Date());
    } catch {
      // The journal cannot be written, and `onFailure` has been called. The documents stay.
    }
    if (removed > 0) this.store.flushed().catch(() => undefined);
    if (removed < MOST_AT_ONCE) this.passes += 1;
    this.schedule(removed < MOST_AT_ONCE ? undefined : 0);
  }

  private removeExpired(now: Date): number {
    let removed = 0;
    for (const collection of this.store.all())
      for (const index of collection.indexes) {
        for (const stored of expired(index, now, MOST_AT_ONCE - removed)) {
          collection.remove(stored);
          removed += 1;
        }
        if (removed >= MOST_AT_ONCE) break;
      }
    this.deletedDocuments += removed;
    return removed;
  }
}

/** At most so many documents that have expired. The earliest of several dates counts, as it is found first. */
function expired(index: Index, now: Date, most: number): ReadonlySet<Stored> {
  const seconds = index.expireAfterSeconds;
  const found = new Set<Stored>();
  if (seconds === undefined || most <= 0) return found;
  const latest = new Date(now.getTime() - seconds * 1000);
  const interval: Interval = {
    isBelow: (key) => typeOrder(key) < typeOrder(latest),
    isAbove: (key) => compare(key, latest) > 0,
  };
  for (const stored of index.walk(index.rangeOf([], interval))) {
    if (found.size >= most) break;
    found.add(stored);
  }
  return found;
}
