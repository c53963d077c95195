import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When orders are next compared with their payments and stock, and what the last comparison found. It has one row. */
export class Reconciliation1796342500000 implements MigrationInterface {
  readonly name = 'Reconciliation1796342500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE reconciliation (
       id boolean PRIMARY KEY DEFAULT true CHECK (id),
       created_at timestamptz NOT NULL DEFAULT now(),
       due_at timestamptz NOT NULL DEFAULT now(),
       finished_at timestamptz,
       counts jsonb NOT NULL DEFAULT '{}'
     )`);
    await runner.query('INSERT INTO reconciliation DEFAULT VALUES');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reconciliation');
  }
}
