import type { MigrationInterface, QueryRunner } from 'typeorm';

export class __Name____timestamp__ implements MigrationInterface {
  readonly name = '__Name____timestamp__';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE __name__ (
        id uuid PRIMARY KEY,
        author_id text NOT NULL,
        text text NOT NULL,
        created_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE __name__');
  }
}
