import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The provider is asked about abandoned attempts too: they need to be found. */
export class AbandonedAttempts1764100000000 implements MigrationInterface {
  readonly name = 'AbandonedAttempts1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX abandoned_attempts ON payment_attempts (due_at) WHERE status = 'ABANDONED'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX abandoned_attempts');
  }
}
