import { createWorker, type Clock, type Logger, type Worker } from '@cartograph/kit';
import type { WebhookSender } from './channels/webhook-sender.js';
import type { Notification } from './domain/notification.js';
import type { NotificationsStore, WebhookJob } from './store/store.js';
import type { createRecordAttempt } from './use-cases/record-attempt.js';

interface Deps {
  readonly store: Pick<NotificationsStore, 'claimNotifications' | 'claimDeliveries'>;
  readonly sendMail: (notification: Notification) => Promise<void>;
  readonly sender: Pick<WebhookSender, 'send'>;
  readonly recordAttempt: ReturnType<typeof createRecordAttempt>;
  readonly clock: Clock;
  /** How long a mail is reserved for the process that sends it, in milliseconds. */
  readonly mailLeaseMs: number;
  /** How long a receiver may take to respond, in milliseconds. */
  readonly webhookTimeoutMs: number;
  readonly logger: Logger;
}

/** The workers that send mails and webhook deliveries when they are due. */
export function createWorkers(deps: Deps): { mails: Worker<Notification>; deliveries: Worker<WebhookJob> } {
  const { store, sendMail, sender, recordAttempt, clock, logger } = deps;
  const inMs = (ms: number) => new Date(clock().getTime() + ms);
  return {
    mails: createWorker({
      name: 'mails',
      claim: (limit) => store.claimNotifications(limit, inMs(deps.mailLeaseMs)),
      run: sendMail,
      concurrency: 20,
      logger,
    }),
    deliveries: createWorker({
      name: 'webhooks',
      claim: (limit) => store.claimDeliveries(limit, inMs(2 * deps.webhookTimeoutMs + 5_000)),
      run: async ({ delivery, webhook }) => {
        const sentAt = clock();
        await recordAttempt(delivery, await sender.send(webhook, delivery, sentAt), sentAt);
      },
      concurrency: 50,
      logger,
    }),
  };
}
