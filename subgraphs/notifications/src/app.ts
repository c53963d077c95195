import { readFileSync } from 'node:fs';
import { createBus } from '@cartograph/events';
import {
  createSubgraphServer,
  measurePostgresPool,
  migrateDatabase,
  newId,
  type Runtime,
  type ServiceApp,
} from '@cartograph/kit';
import { createMailer } from './channels/mailer.js';
import { createWebhookSender } from './channels/webhook-sender.js';
import type { NotificationsConfig } from './config.js';
import { createContext, type NotificationsContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { openDatabase } from './store/database.js';
import { createNotificationsStore } from './store/typeorm-store.js';
import { createManageWebhooks } from './use-cases/manage-webhooks.js';
import { createRecordAttempt } from './use-cases/record-attempt.js';
import { createRecordEvent } from './use-cases/record-event.js';
import { createSendMail } from './use-cases/send-mail.js';
import { createWorkers } from './workers.js';

/** Builds the notifications service without starting it. */
export async function createNotificationsApp(
  config: NotificationsConfig,
  { logger, registry }: Runtime,
): Promise<ServiceApp> {
  const database = await openDatabase(config.NOTIFICATIONS_DATABASE_URL);
  measurePostgresPool(registry, database);
  if (config.MIGRATE_ON_START) await migrateDatabase(database);
  const clock = () => new Date();
  const store = createNotificationsStore({ database, clock, consumer: CONSUMER });
  const bus = createBus({ redisUrl: config.REDIS_URL, amqpUrl: config.AMQP_URL, logger, registry });
  const mailer = createMailer({
    from: config.MAIL_FROM,
    smtpUrl: config.SMTP_URL,
    directory: config.MAIL_DIR,
  });
  const sender = createWebhookSender({
    allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
  });
  const storefront = config.STOREFRONT_URL.replace(/\/$/, '');
  const mailLeaseMs = config.MAIL_LEASE_MS;
  const deps = { store, newId, clock, random: Math.random, logger, storefront, mailLeaseMs };
  const workers = createWorkers({
    ...deps,
    sendMail: createSendMail({ ...deps, mailer }),
    sender,
    recordAttempt: createRecordAttempt({
      ...deps,
      onMails: () => workers.mails.wake(),
      adminEmail: config.ADMIN_EMAIL,
      scheduleFactor: config.WEBHOOK_SCHEDULE_FACTOR,
    }),
    webhookTimeoutMs: config.WEBHOOK_TIMEOUT_MS,
  });
  const onDeliveries = () => workers.deliveries.wake();
  createGauges(registry, { store });

  const server = await createSubgraphServer<NotificationsContext>({
    name: 'notifications',
    typeDefs: readFileSync(new URL('../schema.graphql', import.meta.url), 'utf8'),
    resolvers: createResolvers({
      store,
      webhooks: createManageWebhooks({ ...deps, onDeliveries, allowPrivate: config.WEBHOOK_ALLOW_PRIVATE }),
      deadLetters: bus.deadLetters,
    }),
    owners,
    context: createContext(store),
    readiness: { postgres: () => database.query('SELECT 1') },
    dispensable: { bus: () => bus.ping() },
    internalAuthSecret: config.INTERNAL_AUTH_SECRET,
    redisUrl: config.REDIS_URL,
    logger,
    registry,
  });
  let subscription: { close(): Promise<void> } | undefined;

  return {
    http: server.http,
    drain: () => server.drain(),
    async start() {
      Object.values(workers).forEach((worker) => worker.start());
      subscription = await bus.subscribe(
        createHandlers({ recordEvent: createRecordEvent({ ...deps, mails: workers.mails, onDeliveries }) }),
      );
    },
    async close() {
      await server.close();
      await subscription?.close();
      // Running deliveries are aborted. Their claims end, and they are tried again.
      await sender.close();
      await Promise.all(Object.values(workers).map((worker) => worker.stop()));
      mailer.close();
      await bus.close();
      await database.destroy();
    },
  };
}

/** `main.js migrate`. */
export async function migrateNotifications(config: NotificationsConfig): Promise<void> {
  const database = await openDatabase(config.NOTIFICATIONS_DATABASE_URL);
  await migrateDatabase(database);
  await database.destroy();
}
