/** A histogram of Prometheus: how many observations were at most so long, by seconds, cumulative. */
export type Buckets = ReadonlyMap<number, number>;

const NAME = 'cartograph_gateway_operation_duration_seconds_bucket';
const LINE = new RegExp(`^${NAME}\\{([^}]*)\\} (\\S+)`);

/**
 * The gateway's histogram of the duration of queries and mutations, over all outcomes.
 * @param text the response of /metrics
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function readDurations(text: string): Buckets {
  const buckets = new Map<number, number>();
  for (const line of text.split('\n')) {
    const [, labels = '', count] = LINE.exec(line) ?? [];
    if (count === undefined || !/\bkind="(query|mutation)"/.test(labels)) continue;
    const le = /\ble="([^"]+)"/.exec(labels)?.[1];
    if (le === undefined) continue;
    const bound = le === '+Inf' ? Infinity : Number(le);
    buckets.set(bound, (buckets.get(bound) ?? 0) + Number(count));
  }
  return buckets;
}

/** The observations since then; undefined if the counters were reset (another process answered, or it restarted). */
export function since(before: Buckets, now: Buckets): Buckets | undefined {
  const difference = new Map<number, number>();
  for (const [bound, count] of now) {
    const more = count - (before.get(bound) ?? 0);
    if (more < 0) return undefined;
    difference.set(bound, more);
  }
  return difference;
}

export const total = (buckets: Buckets): number => buckets.get(Infinity) ?? 0;

/**
 * The duration in seconds below which that share stayed, spread evenly within its bucket as Prometheus does; undefined
 * without observations.
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function quantile(share: number, buckets: Buckets): number | undefined {
  const all = total(buckets);
  if (all === 0) return undefined;
  const rank = share * all;
  let lower = 0;
  let below = 0;
  for (const [bound, count] of [...buckets].sort(([a], [b]) => a - b)) {
    if (count >= rank) {
      if (bound === Infinity) return lower;
      return count === below ? bound : lower + ((bound - lower) * (rank - below)) / (count - below);
    }
    lower = bound;
    below = count;
  }
  return lower;
}
