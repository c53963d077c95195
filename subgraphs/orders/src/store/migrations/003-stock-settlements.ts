import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Orders whose reservation products still has to release or sell: the event that says so may be lost. */
export class StockSettlements1796169600000 implements MigrationInterface {
  readonly name = 'StockSettlements1796169600000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `CREATE TABLE stock_settlements (id uuid PRIMARY KEY, due_at timestamptz NOT NULL)`,
      `CREATE INDEX stock_settlements_due ON stock_settlements (due_at)`,
      // Earlier versions may have left reservations of cancelled orders. Spread over a day, these calls do not disturb the shop.
      `INSERT INTO stock_settlements (id, due_at)
       SELECT id, now() + random() * interval '1 day' FROM orders WHERE status = 'CANCELLED'`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE stock_settlements`);
  }
}
