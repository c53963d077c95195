import { outboxMigration } from '@cartograph/kit/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Payments1763600000000 implements MigrationInterface {
  readonly name = 'Payments1763600000000';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `CREATE TABLE payments (
         id uuid PRIMARY KEY,
         order_id text NOT NULL UNIQUE,
         customer_id text NOT NULL,
         amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
         currency text NOT NULL,
         status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED', 'REFUNDED')),
         failure_reason text,
         is_order_cancelled boolean NOT NULL DEFAULT false,
         sequence int NOT NULL DEFAULT 0,
         created_at timestamptz NOT NULL DEFAULT now(),
         updated_at timestamptz NOT NULL DEFAULT now()
       )`,
      `CREATE TABLE payment_attempts (
         id uuid PRIMARY KEY,
         payment_id uuid NOT NULL REFERENCES payments,
         number int NOT NULL,
         token text,
         status text NOT NULL CHECK (status IN ('PENDING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'ABANDONED')),
         failure_reason text,
         started_at timestamptz NOT NULL DEFAULT now(),
         due_at timestamptz NOT NULL,
         UNIQUE (payment_id, number)
       )`,
      // The last line of defence against charging an order twice, whatever the code above it does.
      `CREATE UNIQUE INDEX one_open_attempt ON payment_attempts (payment_id) WHERE status IN ('PENDING', 'IN_DOUBT', 'SUCCEEDED')`,
      `CREATE INDEX due_attempts ON payment_attempts (due_at) WHERE status IN ('PENDING', 'IN_DOUBT')`,
      `CREATE TABLE refunds (
         id uuid PRIMARY KEY,
         payment_id uuid NOT NULL REFERENCES payments,
         amount_minor bigint NOT NULL CHECK (amount_minor > 0),
         currency text NOT NULL,
         status text NOT NULL CHECK (status IN ('PENDING', 'SUCCEEDED')),
         reason text,
         created_at timestamptz NOT NULL DEFAULT now(),
         due_at timestamptz NOT NULL
       )`,
      `CREATE INDEX refunds_of_payment ON refunds (payment_id)`,
      `CREATE INDEX due_refunds ON refunds (due_at) WHERE status = 'PENDING'`,
      // The simulated provider's books: no foreign key leads here, as it stands for another company.
      `CREATE SCHEMA provider`,
      `CREATE TABLE provider.charges (
         key text PRIMARY KEY,
         amount_minor bigint NOT NULL,
         status text NOT NULL,
         reason text,
         created_at timestamptz NOT NULL DEFAULT now()
       )`,
      `CREATE TABLE provider.refunds (
         key text PRIMARY KEY,
         charge_key text NOT NULL REFERENCES provider.charges,
         amount_minor bigint NOT NULL,
         created_at timestamptz NOT NULL DEFAULT now()
       )`,
      ...outboxMigration.up,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...outboxMigration.down,
      'DROP SCHEMA provider CASCADE',
      'DROP TABLE refunds, payment_attempts, payments',
    ]) {
      await runner.query(statement);
    }
  }
}
