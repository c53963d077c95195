import { Gauge, type Registry } from '@cartograph/kit';
import type { NotificationsStore } from './store/store.js';

interface Deps {
  readonly store: Pick<NotificationsStore, 'countPendingMails' | 'countPendingDeliveries'>;
}

export function createGauges(registry: Registry, { store }: Deps): void {
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        // A database that is down must not break the scrape of the other metrics.
        this.set(await read().catch(() => Number.NaN));
      },
    });
  gauge('cartograph_mails_pending', 'Mails that are not sent yet', () => store.countPendingMails());
  gauge('cartograph_webhook_deliveries_pending', 'Webhook deliveries that are not made yet', () =>
    store.countPendingDeliveries(),
  );
}
