/** How often the event loop's lag is looked at. */
const INTERVAL_MS = 100;

export interface LoadShedding {
  /** Whether new work must be refused now. */
  isOverloaded(): boolean;
  /** Milliseconds by which timers were late of late. */
  lag(): number;
  close(): void;
}

/**
 * Watches how late the event loop is. Work that would only wait is better refused at once, with a word on when to
 * come again. Smoothed over about a second, so that one long plan does not count as overload.
 * @param limitMs 0 never sheds
 */
export function createLoadShedding(limitMs: number): LoadShedding {
  let expected = performance.now() + INTERVAL_MS;
  let lag = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    lag = lag * 0.8 + Math.max(0, now - expected) * 0.2;
    expected = now + INTERVAL_MS;
  }, INTERVAL_MS);
  timer.unref();
  return {
    isOverloaded: () => limitMs > 0 && lag > limitMs,
    lag: () => lag,
    close: () => clearInterval(timer),
  };
}
