import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConsumerLag } from './bus.js';

/** What a bus counts. Without a registry nothing is kept. */
export interface BusMetrics {
  published(type: string): void;
  handled(consumer: string, type: string, seconds: number): void;
  /** An attempt failed and will be repeated. */
  retried(consumer: string, type: string): void;
  deadLettered(consumer: string, type: string): void;
  /** Asked at each scrape. */
  observeLag(lag: () => Promise<ConsumerLag[]>): void;
}

const NONE: BusMetrics = { published() {}, handled() {}, retried() {}, deadLettered() {}, observeLag() {} };

/** One bus per registry: prom-client refuses two metrics of one name. */
export function createBusMetrics(registry: Registry | undefined): BusMetrics {
  if (!registry) return NONE;
  const registers = [registry];
  const labelNames = ['consumer', 'type'] as const;
  const published = new Counter({
    name: 'cartograph_events_published_total',
    help: 'Events the broker confirmed',
    labelNames: ['type'],
    registers,
  });
  const handled = new Counter({
    name: 'cartograph_events_handled_total',
    help: 'Events handled',
    labelNames,
    registers,
  });
  const retried = new Counter({
    name: 'cartograph_events_retries_total',
    help: 'Attempts to handle an event that failed and will be repeated',
    labelNames,
    registers,
  });
  const deadLettered = new Counter({
    name: 'cartograph_events_dead_letters_total',
    help: 'Events given up and put to the dead letters',
    labelNames,
    registers,
  });
  const duration = new Histogram({
    name: 'cartograph_events_handling_duration_seconds',
    help: 'How long handlers took that succeeded',
    labelNames,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers,
  });
  return {
    published: (type) => published.inc({ type }),
    handled(consumer, type, seconds) {
      handled.inc({ consumer, type });
      duration.observe({ consumer, type }, seconds);
    },
    retried: (consumer, type) => retried.inc({ consumer, type }),
    deadLettered: (consumer, type) => deadLettered.inc({ consumer, type }),
    observeLag(lag) {
      new Gauge({
        name: 'cartograph_events_consumer_lag',
        help: 'Events of a stream or queue that a consumer has not handled yet, those being retried included',
        labelNames: ['consumer', 'stream'],
        registers,
        async collect() {
          // A broker that is away must not break the scrape of everything else.
          const rows = await lag().catch(() => []);
          this.reset();
          for (const { consumer, stream, pending } of rows) this.set({ consumer, stream }, pending);
        },
      });
    },
  };
}
