import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Shipping1796130134987 implements MigrationInterface {
  readonly name = 'Shipping1796130134987';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `CREATE TABLE zones (
         id uuid PRIMARY KEY,
         name text NOT NULL,
         areas jsonb NOT NULL,
         version int NOT NULL,
         created_at timestamptz NOT NULL
       )`,
      `CREATE TABLE methods (
         id uuid PRIMARY KEY,
         zone_id uuid NOT NULL REFERENCES zones ON DELETE CASCADE,
         name text NOT NULL,
         kind text NOT NULL CHECK (kind IN ('DELIVERY', 'PICK_UP')),
         rates jsonb NOT NULL,
         free_from_minor bigint CHECK (free_from_minor >= 0),
         currency text NOT NULL,
         estimated_days int NOT NULL CHECK (estimated_days >= 0),
         is_active boolean NOT NULL,
         version int NOT NULL,
         created_at timestamptz NOT NULL
       )`,
      `CREATE INDEX methods_of_zone ON methods (zone_id)`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE methods');
    await runner.query('DROP TABLE zones');
  }
}
