import { defineConfig, env, type ConfigOf } from '@cartograph/kit';

export const notificationsConfig = defineConfig({
  PORT: env.port(4006),
  NOTIFICATIONS_DATABASE_URL: env.url('postgres', 'postgresql'),
  REDIS_URL: env.redis(),

  /** The mail server; without it, mails are written to MAIL_DIR as .eml files. */
  SMTP_URL: env.url('smtp', 'smtps').optional(),
  MAIL_DIR: env.text('.data/mail'),
  MAIL_FROM: env.text('Cartograph <shop@cartograph.example>'),
  /** How long a mail is reserved for the process that sends it, in ms; longer than sending can take. */
  MAIL_LEASE_MS: env.integer(120_000, { min: 1_000 }),
  /** Receives a mail when a webhook is disabled. */
  ADMIN_EMAIL: env.text('admin@cartograph.example'),
  /** The start of links in mails. */
  STOREFRONT_URL: env.url('http', 'https').default('http://localhost:4000'),

  /** Allows http, loopback and private addresses for webhooks; for development and tests. */
  WEBHOOK_ALLOW_PRIVATE: env.boolean(false),
  /** How long a receiver may take to respond, in ms; the specification recommends 15 s. */
  WEBHOOK_TIMEOUT_MS: env.integer(15_000, { min: 100 }),
  /** Multiplies the delays between attempts; 1 is the schedule of the specification. */
  WEBHOOK_SCHEDULE_FACTOR: env.number(1),
});

export type NotificationsConfig = ConfigOf<typeof notificationsConfig>;
