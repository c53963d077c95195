import { Counter, Gauge, type Registry } from '@cartograph/kit';
import type { StoredChange } from './store/store.js';

/** How many order events and recovered checkouts this process has seen. */
export function createCounters(registry: Registry) {
  const registers = [registry];
  const changes = new Counter({
    name: 'cartograph_order_events_total',
    help: 'Order events, by type',
    labelNames: ['type'] as const,
    registers,
  });
  const recovered = new Counter({
    name: 'cartograph_checkouts_recovered_total',
    help: 'Interrupted checkouts that the recovery worker has handled, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  return {
    onStored: ({ event }: StoredChange) => changes.inc({ type: event.type }),
    onRecovered: (outcome: string) => recovered.inc({ outcome }),
  };
}

interface Deps {
  readonly store: { countOpenCheckouts(): Promise<number> };
  readonly feed: { readonly size: number };
}

export function createGauges(registry: Registry, { store, feed }: Deps): void {
  const registers = [registry];
  new Gauge({
    name: 'cartograph_checkouts_open',
    help: 'Checkouts that are neither placed nor undone',
    registers,
    async collect() {
      // A database that is down must not break the scrape of the other metrics.
      this.set(await store.countOpenCheckouts().catch(() => Number.NaN));
    },
  });
  new Gauge({
    name: 'cartograph_order_feed_listeners',
    help: 'Event streams that this process serves',
    registers,
    collect() {
      this.set(feed.size);
    },
  });
}
