import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pricing1796111756561 implements MigrationInterface {
  readonly name = 'Pricing1796111756561';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pricing (
        id uuid PRIMARY KEY,
        author_id text NOT NULL,
        text text NOT NULL,
        created_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pricing');
  }
}
