import { sentEventsMigration } from '@cartograph/kit/postgres';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Events are kept after they were sent, in case the event bus loses them. */
export class SentEvents1796342400000 implements MigrationInterface {
  readonly name = 'SentEvents1796342400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of sentEventsMigration.up) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of sentEventsMigration.down) await runner.query(statement);
  }
}
