import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fillEmailKeys } from '../email-keys.js';

/** Processes of the previous version keep running during a deployment, so they must be able to omit every new column. */
const UP = [
  `ALTER TABLE users ADD COLUMN email_key text`,
  `ALTER TABLE users ADD COLUMN registration_key bytea`,
  `ALTER TABLE users ADD COLUMN token_epoch int NOT NULL DEFAULT 0`,
  `CREATE UNIQUE INDEX users_by_email_key ON users (email_key)`,
  `CREATE INDEX users_without_key ON users (created_at, id) WHERE email_key IS NULL`,
  `CREATE TABLE done_once (what text PRIMARY KEY, at timestamptz NOT NULL)`,
  `CREATE TABLE revocations (
     position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     entry jsonb NOT NULL,
     created_at timestamptz NOT NULL,
     ends_at timestamptz NOT NULL,
     sent_at timestamptz
   )`,
  `CREATE INDEX revocations_unsent ON revocations (position) WHERE sent_at IS NULL`,
  `CREATE INDEX revocations_by_end ON revocations (ends_at)`,
];

const DOWN = [
  'DROP TABLE revocations',
  'DROP TABLE done_once',
  'ALTER TABLE users DROP COLUMN email_key, DROP COLUMN registration_key, DROP COLUMN token_epoch',
];

export class CompareAddressesAndEndTokens1796083200000 implements MigrationInterface {
  readonly name = 'CompareAddressesAndEndTokens1796083200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of UP) await runner.query(sql);
    await fillEmailKeys(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of DOWN) await runner.query(sql);
  }
}
