import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What coupons took off. The default is for orders of earlier versions, which also still write rows during an upgrade. */
export class Discounts1796256000000 implements MigrationInterface {
  readonly name = 'Discounts1796256000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE orders ADD COLUMN discounts jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE orders DROP COLUMN discounts`);
  }
}
