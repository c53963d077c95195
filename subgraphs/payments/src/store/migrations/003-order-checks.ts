import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * When the order of a succeeded payment is asked about next; null: never again. The default lets the event come first,
 * and serves processes of an older version that write no such column.
 */
export class OrderChecks1764550000000 implements MigrationInterface {
  readonly name = 'OrderChecks1764550000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE payments ADD COLUMN due_at timestamptz DEFAULT now() + interval '10 seconds'`,
    );
    await runner.query(
      `CREATE INDEX payments_to_check ON payments (due_at) WHERE status = 'SUCCEEDED' AND NOT is_order_cancelled`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE payments DROP COLUMN due_at');
  }
}
