import { Counter, type GaugeDefinition, type Registry } from '@cartograph/kit';
import { DIFFERENCES } from './domain/reconciliation.js';
import type { OrdersStore, StoredChange } from './store/store.js';
import type { OrderFeed } from './use-cases/live/feed.js';

/** Counts the order events and recovered checkouts of this process. */
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
  readonly store: Pick<OrdersStore, 'countOpenCheckouts' | 'lastReconciliation'>;
  readonly feed: Pick<OrderFeed, 'size'>;
}

export const createGauges = ({ store, feed }: Deps): readonly GaugeDefinition[] => [
  {
    name: 'cartograph_checkouts_open',
    help: 'Checkouts that are neither placed nor undone',
    read: () => store.countOpenCheckouts(),
  },
  {
    name: 'cartograph_orders_unreconciled',
    help: 'Orders that differ from their payment or stock, by kind, as of the last hourly comparison',
    label: 'difference',
    read: async () => {
      const { counts } = await store.lastReconciliation();
      return Object.fromEntries(Object.keys(DIFFERENCES).map((name) => [name, counts[name] ?? 0]));
    },
  },
  {
    name: 'cartograph_reconciliation_age_seconds',
    help: 'Time since all orders were last compared with their payments and stock',
    read: async () => (await store.lastReconciliation()).ageSeconds,
  },
  {
    name: 'cartograph_order_feed_listeners',
    help: 'Event streams that this process serves',
    read: () => feed.size,
  },
];
