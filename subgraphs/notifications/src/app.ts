import { EVENT_TYPES } from '@cartograph/events';
import { defineSubgraph } from '@cartograph/kit';
import { createMailer } from './channels/mailer.js';
import { createWebhookSender } from './channels/webhook-sender.js';
import { notificationsConfig } from './config.js';
import { createContext } from './context.js';
import { CONSUMER, createHandlers } from './events.js';
import { createGauges } from './metrics.js';
import { createResolvers, owners } from './resolvers/index.js';
import { notificationsDatabase } from './store/database.js';
import { createNotificationsStore } from './store/typeorm-store.js';
import { createManageWebhooks } from './use-cases/manage-webhooks.js';
import { createRecordAttempt } from './use-cases/record-attempt.js';
import { createRecordEvent } from './use-cases/record-event.js';
import { createSendMail } from './use-cases/send-mail.js';
import { createWorkers } from './workers.js';

export const notifications = defineSubgraph({
  name: 'notifications',
  schema: new URL('../schema.graphql', import.meta.url),
  config: notificationsConfig,
  database: notificationsDatabase,
  // Mails are not urgent, and one statement records all events that arrive together.
  events: { consumer: CONSUMER, consumes: EVENT_TYPES, publishes: [], gatherMs: 250 },
  build({ config, database, logger, clock, newId, deadLetters, own }) {
    const store = createNotificationsStore({ database, clock, consumer: CONSUMER });
    const deps = {
      store,
      clock,
      newId,
      random: Math.random,
      mailer: own(
        createMailer({ from: config.MAIL_FROM, smtpUrl: config.SMTP_URL, directory: config.MAIL_DIR }),
      ),
      // Running deliveries are aborted at a stop. Their claims end, and they are tried again.
      sender: own(
        createWebhookSender({
          allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
          timeoutMs: config.WEBHOOK_TIMEOUT_MS,
        }),
        { closeBefore: 'workers' },
      ),
      allowPrivate: config.WEBHOOK_ALLOW_PRIVATE,
      webhookTimeoutMs: config.WEBHOOK_TIMEOUT_MS,
      scheduleFactor: config.WEBHOOK_SCHEDULE_FACTOR,
      mailLeaseMs: config.MAIL_LEASE_MS,
      adminEmail: config.ADMIN_EMAIL,
      storefront: config.STOREFRONT_URL.replace(/\/$/, ''),
      onMails: () => workers.mails.wake(),
      onDeliveries: () => workers.deliveries.wake(),
      logger,
    };
    const workers = createWorkers({
      ...deps,
      sendMail: createSendMail(deps),
      recordAttempt: createRecordAttempt(deps),
    });

    return {
      resolvers: createResolvers({ store, webhooks: createManageWebhooks(deps), deadLetters }),
      owners,
      context: createContext({ store }),
      handlers: createHandlers({ recordEvent: createRecordEvent({ ...deps, mails: workers.mails }) }),
      workers,
      gauges: createGauges({ store }),
    };
  },
});
