import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A webhook keeps every secret that is still valid, not only the previous one. Cart ids are removed from the payloads that
 * earlier versions stored, because anyone who has the id of a guest's cart can read it.
 */
export class WebhookSecrets1764500000000 implements MigrationInterface {
  readonly name = 'WebhookSecrets1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      `ALTER TABLE webhooks ADD COLUMN previous_secrets jsonb NOT NULL DEFAULT '[]'`,
      // The old columns stay, because earlier versions still write them during a rolling upgrade.
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
