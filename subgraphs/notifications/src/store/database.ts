import { poolOptions, untilItAnswers } from '@cartograph/kit';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { Notifications1763600000000 } from './migrations/1-notifications.js';
import { WebhookSecrets1764500000000 } from './migrations/2-webhook-secrets.js';
import { attemptTable, deliveryTable, notificationTable, recipientTable, webhookTable } from './tables.js';

/** Connects to Postgres. */
export function openDatabase(url: string): Promise<DataSource> {
  return untilItAnswers(() =>
    new DataSource({
      type: 'postgres',
      url,
      applicationName: 'notifications',
      entities: [recipientTable, notificationTable, webhookTable, deliveryTable, attemptTable],
      migrations: [Notifications1763600000000, WebhookSecrets1764500000000],
      extra: poolOptions(pg.Client, 20),
    }).initialize(),
  );
}
