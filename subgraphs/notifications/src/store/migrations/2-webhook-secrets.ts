import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A webhook keeps every secret that is still promised to work, not only the one before the current. The ids of guests' carts
 * leave the payloads that earlier versions stored: they let anyone who has them read the cart.
 */
export class WebhookSecrets1764500000000 implements MigrationInterface {
  readonly name = 'WebhookSecrets1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE webhooks ADD COLUMN previous_secrets jsonb NOT NULL DEFAULT '[]'`,
      // An earlier version that still runs during a rolling update writes the old columns only; they stay for it.
      `UPDATE webhooks
          SET previous_secrets = jsonb_build_array(jsonb_build_object(
                'secret', previous_secret,
                'until', to_char(previous_secret_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
        WHERE previous_secret IS NOT NULL AND previous_secret_until IS NOT NULL`,
      `UPDATE webhook_deliveries
          SET payload = (payload::jsonb #- '{data,cartId}')::text
        WHERE event_type = 'order.placed'`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE webhooks DROP COLUMN previous_secrets');
  }
}
