import { postgresDatabase } from '@cartograph/kit/postgres';
import { Notifications1763600000000 } from './migrations/001-notifications.js';
import { WebhookSecrets1764500000000 } from './migrations/002-webhook-secrets.js';
import { AttemptTable, DeliveryTable, NotificationTable, RecipientTable, WebhookTable } from './tables.js';

export const notificationsDatabase = postgresDatabase({
  url: 'NOTIFICATIONS_DATABASE_URL',
  entities: [RecipientTable, NotificationTable, WebhookTable, DeliveryTable, AttemptTable],
  migrations: {
    '001-notifications': Notifications1763600000000,
    '002-webhook-secrets': WebhookSecrets1764500000000,
  },
});
