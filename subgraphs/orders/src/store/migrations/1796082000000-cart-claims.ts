import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Checkouts remember which version of which cart they were made of. */
export class CartClaims1796082000000 implements MigrationInterface {
  readonly name = 'CartClaims1796082000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `ALTER TABLE checkouts ADD cart_id text, ADD cart_version bigint`,
      // The last line of defence against ordering a cart twice, if the claim that is kept with the cart was lost.
      `CREATE UNIQUE INDEX one_order_per_cart_version ON checkouts (cart_id, cart_version)`,
      `CREATE UNIQUE INDEX one_open_checkout_per_cart ON checkouts (cart_id) WHERE state <> 'PLACED'`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE checkouts DROP cart_id, DROP cart_version`);
  }
}
