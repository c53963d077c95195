import { outboxMigration } from '@cartograph/kit/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Notifications1763600000000 implements MigrationInterface {
  readonly name = 'Notifications1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE recipients (
         user_id text PRIMARY KEY,
         email text NOT NULL,
         name text NOT NULL,
         updated_at timestamptz NOT NULL
       )`,
      `CREATE TABLE known_orders (
         order_id text PRIMARY KEY,
         number text NOT NULL
       )`,
      `CREATE TABLE notifications (
         id uuid PRIMARY KEY,
         event_id uuid NOT NULL,
         kind text NOT NULL,
         user_id text,
         recipient text NOT NULL,
         subject text NOT NULL,
         text text NOT NULL,
         html text NOT NULL,
         status text NOT NULL CHECK (status IN ('PENDING', 'SENT', 'FAILED')),
         attempts int NOT NULL DEFAULT 0,
         failure_reason text,
         created_at timestamptz NOT NULL,
         sent_at timestamptz,
         due_at timestamptz NOT NULL,
         UNIQUE (event_id, kind, recipient)
       )`,
      `CREATE INDEX notifications_of_user ON notifications (user_id, created_at DESC, id DESC)`,
      `CREATE INDEX notifications_by_time ON notifications (created_at DESC, id DESC)`,
      `CREATE INDEX due_notifications ON notifications (due_at) WHERE status = 'PENDING'`,
      `CREATE TABLE webhooks (
         id uuid PRIMARY KEY,
         url text NOT NULL,
         event_types text[] NOT NULL,
         secret text NOT NULL,
         previous_secret text,
         previous_secret_until timestamptz,
         is_active boolean NOT NULL,
         disabled_reason text,
         created_at timestamptz NOT NULL
       )`,
      `CREATE TABLE webhook_deliveries (
         id uuid PRIMARY KEY,
         webhook_id uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
         event_id uuid NOT NULL,
         event_type text NOT NULL,
         payload text NOT NULL,
         status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
         attempts int NOT NULL DEFAULT 0,
         is_repeat boolean NOT NULL DEFAULT false,
         created_at timestamptz NOT NULL,
         due_at timestamptz NOT NULL,
         UNIQUE (webhook_id, event_id)
       )`,
      `CREATE INDEX deliveries_of_webhook ON webhook_deliveries (webhook_id, created_at DESC, id DESC)`,
      `CREATE INDEX due_deliveries ON webhook_deliveries (due_at) WHERE status = 'PENDING'`,
      `CREATE TABLE webhook_attempts (
         delivery_id uuid NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
         number int NOT NULL,
         sent_at timestamptz NOT NULL,
         duration_ms int NOT NULL,
         status_code int,
         error text,
         response_body text,
         PRIMARY KEY (delivery_id, number)
       )`,
      ...outboxMigration.up,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    const tables = 'webhook_attempts, webhook_deliveries, webhooks, notifications, known_orders, recipients';
    for (const statement of [...outboxMigration.down, `DROP TABLE ${tables}`]) await runner.query(statement);
  }
}
