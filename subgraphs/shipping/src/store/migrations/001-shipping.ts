import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Shipping1796111739358 implements MigrationInterface {
  readonly name = 'Shipping1796111739358';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE shipping (
        id uuid PRIMARY KEY,
        author_id text NOT NULL,
        text text NOT NULL,
        created_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shipping');
  }
}
