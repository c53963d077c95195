import { outboxMigration } from '@cartograph/kit/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Arbitrary, but different from every other advisory lock of this database. */
const CURSOR_LOCK = 7_012_004;

const UP = [
  `CREATE TABLE orders (
     id uuid PRIMARY KEY,
     number text NOT NULL UNIQUE,
     customer_id text NOT NULL,
     status text NOT NULL CHECK (status IN ('PENDING', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
     items jsonb NOT NULL CHECK (jsonb_array_length(items) > 0),
     currency char(3) NOT NULL,
     total_minor bigint NOT NULL CHECK (total_minor >= 0),
     shipping_address jsonb NOT NULL,
     cart_id text,
     placed_at timestamptz(3) NOT NULL,
     updated_at timestamptz(3) NOT NULL,
     reserved_until timestamptz(3),
     sequence int NOT NULL
   )`,
  `CREATE INDEX orders_newest ON orders (placed_at DESC, id DESC)`,
  `CREATE INDEX orders_of_customer ON orders (customer_id, placed_at DESC, id DESC)`,
  `CREATE INDEX orders_by_status ON orders (status, placed_at DESC, id DESC)`,
  `CREATE INDEX orders_unpaid ON orders (reserved_until) WHERE status = 'PENDING'`,

  `CREATE TABLE order_events (
     cursor bigint PRIMARY KEY,
     order_id uuid NOT NULL REFERENCES orders,
     customer_id text NOT NULL,
     type text NOT NULL,
     status text NOT NULL,
     previous_status text,
     occurred_at timestamptz(3) NOT NULL,
     actor_type text NOT NULL CHECK (actor_type IN ('CUSTOMER', 'ADMIN', 'SYSTEM')),
     actor_id text,
     note text
   )`,
  `CREATE INDEX order_events_of_order ON order_events (order_id, cursor)`,
  `CREATE INDEX order_events_of_customer ON order_events (customer_id, cursor)`,
  `CREATE SEQUENCE order_events_cursor`,
  // A plain sequence could give 5 and 6 to two transactions and make 6 visible first; a reader that has read up to 6 would
  // then never see 5. This lock is held until the commit is visible, so cursors become visible in order. It is a trigger so
  // that no writer can forget it. See docs/decisions, "The live order cursor".
  `CREATE FUNCTION order_events_take_cursor() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       PERFORM pg_advisory_xact_lock(${CURSOR_LOCK});
       NEW.cursor := nextval('order_events_cursor');
       RETURN NEW;
     END
   $$`,
  `CREATE TRIGGER order_events_take_cursor BEFORE INSERT ON order_events
     FOR EACH ROW EXECUTE FUNCTION order_events_take_cursor()`,

  `CREATE TABLE checkouts (
     order_id uuid PRIMARY KEY,
     customer_id text NOT NULL,
     idempotency_key text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
     input_hash text NOT NULL,
     state text NOT NULL CHECK (state IN ('RESERVING', 'COMPENSATING', 'PLACED')),
     draft jsonb CHECK ((draft IS NULL) = (state = 'PLACED')),
     payment_token text,
     lease_id uuid,
     leased_until timestamptz,
     next_attempt_at timestamptz NOT NULL DEFAULT now(),
     attempts int NOT NULL DEFAULT 0,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (customer_id, idempotency_key)
   )`,
  `CREATE INDEX checkouts_standing ON checkouts (next_attempt_at) WHERE state <> 'PLACED'`,
  ...outboxMigration.up,
];

const DOWN = [
  ...outboxMigration.down,
  `DROP TABLE checkouts`,
  `DROP TABLE order_events`,
  `DROP FUNCTION order_events_take_cursor`,
  `DROP SEQUENCE order_events_cursor`,
  `DROP TABLE orders`,
];

export class CreateOrders1767225600000 implements MigrationInterface {
  readonly name = 'CreateOrders1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of UP) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of DOWN) await runner.query(sql);
  }
}
