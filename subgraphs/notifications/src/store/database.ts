import { poolOptions, untilItAnswers } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Notifications1763600000000 } from './migrations/001-notifications.js';
import { WebhookSecrets1764500000000 } from './migrations/002-webhook-secrets.js';
import { AttemptTable, DeliveryTable, NotificationTable, RecipientTable, WebhookTable } from './tables.js';

/** Connects to Postgres. */
export function openDatabase(url: string): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      applicationName: 'notifications',
      entities: [RecipientTable, NotificationTable, WebhookTable, DeliveryTable, AttemptTable],
      migrations: [Notifications1763600000000, WebhookSecrets1764500000000],
      extra: poolOptions(pg.Client, 20),
    }).initialize(),
  );
}
