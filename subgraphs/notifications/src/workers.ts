import { createWorker, type Logger, type Worker } from '@cartograph/kit';
import type { Mailer } from './channels/mailer.js';
import type { WebhookSender } from './channels/webhook-sender.js';
import { mailRetryDelay, type Notification } from './domain/notification.js';
import type { NotificationsService } from './service.js';
import type { NotificationsStore } from './store/store.js';

export interface WorkerDependencies {
  readonly store: NotificationsStore;
  readonly service: NotificationsService;
  readonly mailer: Mailer;
  readonly sender: WebhookSender;
  readonly logger: Logger;
  /** How long a mail is left to the process that sends it, in milliseconds. */
  readonly mailLeaseMs: number;
  /** How long a receiver may take, in milliseconds. */
  readonly webhookTimeoutMs: number;
}

/** Sends mails and deliveries that are due. */
export function createSendWorkers({
  store,
  service,
  mailer,
  sender,
  logger,
  mailLeaseMs,
  webhookTimeoutMs,
}: WorkerDependencies): { mails: Worker<Notification>; deliveries: Worker<unknown> } {
  async function sendMail(notification: Notification): Promise<void> {
    try {
      await mailer.send(notification);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const attempts = notification.attempts + 1;
      const wait = mailRetryDelay(attempts);
      logger.warn({ err: error, notification: notification.id, attempts }, 'A mail could not be sent');
      await store.markUnsent(notification.id, {
        attempts,
        failureReason: reason.slice(0, 500),
        ...(wait === undefined ? { status: 'FAILED' } : { dueAt: new Date(Date.now() + wait) }),
      });
      return;
    }
    await store.markSent(notification.id);
  }

  return {
    mails: createWorker({
      name: 'mails',
      claim: (limit) => store.claimNotifications(limit, new Date(Date.now() + mailLeaseMs)),
      run: sendMail,
      concurrency: 20,
      logger,
    }),
    deliveries: createWorker({
      name: 'webhooks',
      claim: (limit) => store.claimDeliveries(limit, new Date(Date.now() + 2 * webhookTimeoutMs + 5_000)),
      run: async ({ delivery, webhook }) => {
        const sentAt = new Date();
        await service.recordAttempt(delivery, await sender.send(webhook, delivery, sentAt), sentAt);
      },
      concurrency: 50,
      logger,
    }),
  };
}
