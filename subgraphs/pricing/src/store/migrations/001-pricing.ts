import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Pricing1796111756561 implements MigrationInterface {
  readonly name = 'Pricing1796111756561';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `CREATE TABLE coupons (
         id uuid PRIMARY KEY,
         code text NOT NULL UNIQUE,
         label text NOT NULL,
         percent int CHECK (percent BETWEEN 1 AND 99),
         amount_minor bigint CHECK (amount_minor > 0),
         minimum_minor bigint CHECK (minimum_minor >= 0),
         currency text,
         starts_at timestamptz,
         ends_at timestamptz,
         usage_limit int,
         usage_limit_per_customer int,
         times_redeemed int NOT NULL DEFAULT 0 CHECK (times_redeemed >= 0),
         is_active boolean NOT NULL,
         created_at timestamptz NOT NULL,
         CHECK ((percent IS NULL) <> (amount_minor IS NULL)),
         -- The last line of defence, whatever the code above it does.
         CHECK (times_redeemed <= usage_limit)
       )`,
      `CREATE TABLE redemptions (
         order_id text PRIMARY KEY,
         coupon_id uuid NOT NULL REFERENCES coupons,
         customer_id text NOT NULL,
         is_given_back boolean NOT NULL
       )`,
      `CREATE INDEX redemptions_of_customer ON redemptions (coupon_id, customer_id) WHERE NOT is_given_back`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE redemptions');
    await runner.query('DROP TABLE coupons');
  }
}
