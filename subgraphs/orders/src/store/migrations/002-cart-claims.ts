import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Checkouts record the cart and the cart version that they were made from. */
export class CartClaims1796082000000 implements MigrationInterface {
  readonly name = 'CartClaims1796082000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const sql of [
      `ALTER TABLE checkouts ADD cart_id text, ADD cart_version bigint`,
      // The last defence against ordering a cart twice, should the claim that cart keeps be lost.
      `CREATE UNIQUE INDEX one_order_per_cart_version ON checkouts (cart_id, cart_version)`,
      `CREATE UNIQUE INDEX one_open_checkout_per_cart ON checkouts (cart_id) WHERE state <> 'PLACED'`,
    ])
      await runner.query(sql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE checkouts DROP cart_id, DROP cart_version`);
  }
}
