import { Counter, Gauge, type Registry } from '@cartograph/kit';
import type { OrderFeed } from './live/feed.js';
import type { OrdersStore, StoredChange } from './store/store.js';

export function createOrdersMetrics(
  registry: Registry,
  { store, feed }: { store: OrdersStore; feed: OrderFeed },
) {
  const registers = [registry];
  const changes = new Counter({
    name: 'cartograph_order_events_total',
    help: 'What happened to orders, by kind',
    labelNames: ['type'] as const,
    registers,
  });
  const recovered = new Counter({
    name: 'cartograph_checkouts_recovered_total',
    help: 'Checkouts that stood still and were taken up by the recovery worker, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  new Gauge({
    name: 'cartograph_checkouts_open',
    help: 'Checkouts that are neither placed nor undone',
    registers,
    async collect() {
      // A database that is away must not break the scrape of everything else.
      this.set(await store.countOpenCheckouts().catch(() => Number.NaN));
    },
  });
  new Gauge({
    name: 'cartograph_order_feed_listeners',
    help: 'Streams that this process feeds',
    registers,
    collect() {
      this.set(feed.size);
    },
  });
  return {
    onStored: ({ event }: StoredChange) => changes.inc({ type: event.type }),
    onRecovered: (outcome: string) => recovered.inc({ outcome }),
  };
}
