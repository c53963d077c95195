import { outboxMigration } from '@cartograph/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE users (
     id uuid PRIMARY KEY,
     email text NOT NULL UNIQUE,
     name text NOT NULL,
     role text NOT NULL CHECK (role IN ('CUSTOMER', 'ADMIN')),
     is_active boolean NOT NULL,
     password_hash text NOT NULL,
     created_at timestamptz NOT NULL,
     updated_at timestamptz NOT NULL,
     event_count int NOT NULL,
     search_text text NOT NULL
   )`,
  `CREATE INDEX users_by_age ON users (created_at DESC, id DESC)`,
  `CREATE INDEX users_active_admins ON users (id) WHERE role = 'ADMIN' AND is_active`,
  `CREATE TABLE sessions (
     id uuid PRIMARY KEY,
     user_id uuid NOT NULL REFERENCES users,
     address text,
     user_agent text,
     created_at timestamptz NOT NULL,
     last_used_at timestamptz NOT NULL,
     expires_at timestamptz NOT NULL,
     revoked_at timestamptz
   )`,
  `CREATE INDEX sessions_live ON sessions (user_id) WHERE revoked_at IS NULL`,
  `CREATE INDEX sessions_by_end ON sessions (expires_at)`,
  `CREATE TABLE refresh_tokens (
     hash bytea PRIMARY KEY,
     session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
     parent_hash bytea,
     created_at timestamptz NOT NULL,
     expires_at timestamptz NOT NULL,
     used_at timestamptz,
     forgiven_at timestamptz
   )`,
  `CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id)`,
  `CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at)`,
  `CREATE TABLE one_time_tokens (
     hash bytea PRIMARY KEY,
     user_id uuid NOT NULL REFERENCES users,
     purpose text NOT NULL CHECK (purpose IN ('PASSWORD_RESET', 'EMAIL_CHANGE')),
     new_email text,
     created_at timestamptz NOT NULL,
     expires_at timestamptz NOT NULL
   )`,
  `CREATE INDEX one_time_tokens_of_user ON one_time_tokens (user_id, purpose)`,
  // No foreign key, so that writing an entry never waits for a lock on the user.
  `CREATE TABLE security_events (
     id uuid PRIMARY KEY,
     user_id uuid,
     type text NOT NULL,
     occurred_at timestamptz NOT NULL,
     actor_id uuid,
     session_id uuid,
     address text,
     user_agent text
   )`,
  `CREATE INDEX security_events_of_user ON security_events (user_id, occurred_at DESC, id DESC)`,
  `CREATE INDEX security_events_by_age ON security_events USING brin (occurred_at)`,
  `CREATE TABLE signing_keys (
     id text PRIMARY KEY,
     public_jwk jsonb NOT NULL,
     sealed_private_key bytea NOT NULL,
     created_at timestamptz NOT NULL,
     active_from timestamptz NOT NULL,
     retires_at timestamptz
   )`,
];

const DOWN = [
  'signing_keys',
  'security_events',
  'one_time_tokens',
  'refresh_tokens',
  'sessions',
  'users',
].map((table) => `DROP TABLE ${table}`);

export class CreateUsers1771400000000 implements MigrationInterface {
  readonly name = 'CreateUsers1771400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [...UP, ...outboxMigration.up]) await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const sql of [...outboxMigration.down, ...DOWN]) await runner.query(sql);
  }
}
