import { useSyncExternalStore } from 'react';
import { quantile, readDurations, since, total, type Buckets } from './prometheus.js';

const SAMPLE_MS = 15_000;
const HOUR_MS = 3_600_000;

/** How long operations took between two samples. */
export interface LatencyPoint {
  /** When the span ended, in ms since 1970. */
  readonly at: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly operations: number;
}

export interface Latency {
  /** `gateway`: all operations, as the gateway counts them. `browser`: only this browser's, if the gateway's metrics cannot be reached. */
  readonly source: 'gateway' | 'browser';
  readonly points: readonly LatencyPoint[];
}

let latency: Latency = { source: 'gateway', points: [] };
const listeners = new Set<() => void>();
let before: Buckets | undefined;
/** Milliseconds of this browser's own operations since the last sample. */
let own: number[] = [];

function add(source: Latency['source'], point: LatencyPoint | undefined): void {
  const kept = source === latency.source ? latency.points.filter(({ at }) => at > Date.now() - HOUR_MS) : [];
  latency = { source, points: point ? [...kept, point] : kept };
  for (const listener of listeners) listener();
}

async function readGateway(): Promise<Buckets | undefined> {
  try {
    const response = await fetch('/metrics', { headers: { accept: 'text/plain' } });
    const buckets = response.ok ? readDurations(await response.text()) : undefined;
    return buckets?.size ? buckets : undefined;
  } catch {
    return undefined;
  }
}

async function sample(): Promise<void> {
  if (document.hidden) return;
  const mine = own.sort((a, b) => a - b);
  own = [];
  const now = await readGateway();
  if (now) {
    const span = before && since(before, now);
    before = now;
    const point = span && total(span) > 0 ? pointOf(span) : undefined;
    return add('gateway', point);
  }
  before = undefined;
  const at = (share: number) => mine[Math.min(mine.length - 1, Math.floor(share * mine.length))] ?? 0;
  add(
    'browser',
    mine.length > 0 ? { at: Date.now(), p50: at(0.5), p95: at(0.95), operations: mine.length } : undefined,
  );
}

const pointOf = (span: Buckets): LatencyPoint => ({
  at: Date.now(),
  p50: (quantile(0.5, span) ?? 0) * 1_000,
  p95: (quantile(0.95, span) ?? 0) * 1_000,
  operations: total(span),
});

/** Takes samples until the function it gives is called. What was sampled stays, for coming back. */
export function watchLatency(): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (new URL(entry.name).pathname === '/graphql') own.push(entry.duration);
  });
  observer.observe({ type: 'resource' });
  const timer = setInterval(() => void sample(), SAMPLE_MS);
  void sample();
  return () => {
    observer.disconnect();
    clearInterval(timer);
  };
}

export function useLatency(): Latency {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => latency,
  );
}
