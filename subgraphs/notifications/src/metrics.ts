import type { GaugeDefinition } from '@cartograph/kit';
import type { NotificationsStore } from './store/store.js';

interface Deps {
  readonly store: Pick<NotificationsStore, 'countPendingMails' | 'countPendingDeliveries'>;
}

export const createGauges = ({ store }: Deps): readonly GaugeDefinition[] => [
  {
    name: 'cartograph_mails_pending',
    help: 'Mails that are not sent yet',
    read: () => store.countPendingMails(),
  },
  {
    name: 'cartograph_webhook_deliveries_pending',
    help: 'Webhook deliveries that are not made yet',
    read: () => store.countPendingDeliveries(),
  },
];
