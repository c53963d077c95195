import type { Clock } from '@cartograph/kit';
import { webhookDisabledMail } from '../channels/mails.js';
import type { SendResult } from '../channels/webhook-sender.js';
import { outcomeOf, type Webhook, type WebhookDelivery } from '../domain/webhook.js';
import type { NotificationsStore, NotificationsTransaction } from '../store/store.js';
import { createNotification } from './create-notification.js';

interface Deps {
  readonly store: NotificationsStore;
  readonly newId: () => string;
  readonly clock: Clock;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Called after a commit that stored mails. */
  readonly onMails: () => void;
  /** Without a slash at the end. */
  readonly storefront: string;
  readonly adminEmail: string;
  /** Multiplies the delays of the retry schedule. */
  readonly scheduleFactor: number;
}

/** Records an attempt to deliver a webhook, and decides what follows from it. */
export function createRecordAttempt(
  deps: Deps,
): (delivery: WebhookDelivery, result: SendResult, sentAt: Date) => Promise<void> {
  const { store, newId, clock, random, scheduleFactor } = deps;

  /** @returns false if the webhook was disabled before */
  async function disable(
    tx: NotificationsTransaction,
    webhook: Webhook,
    deliveryId: string,
    reason: string,
  ): Promise<boolean> {
    if (!webhook.isActive) return false;
    await tx.updateWebhook(webhook.id, { isActive: false, disabledReason: reason });
    await tx.failPendingDeliveries(webhook.id);
    await tx.insertNotification(
      createNotification(webhookDisabledMail(webhook.url, reason, deps.storefront), {
        id: newId(),
        // The delivery takes the place of the event: one mail per disabling, however many deliveries fail at once.
        eventId: deliveryId,
        userId: null,
        to: deps.adminEmail,
        createdAt: clock(),
      }),
    );
    return true;
  }

  return async (delivery, result, sentAt) => {
    const number = delivery.attempts + 1;
    const outcome = outcomeOf({ ...result, attempts: number }, { factor: scheduleFactor, random });
    let isDisabled = false;
    await store.transaction(async (tx) => {
      const webhook = await tx.lockWebhook(delivery.webhookId);
      if (!webhook) return;
      const { statusCode, error, responseBody, durationMs } = result;
      await tx.insertAttempt({
        deliveryId: delivery.id,
        number,
        sentAt,
        durationMs,
        statusCode,
        error,
        responseBody,
      });
      if (outcome.kind === 'delivered')
        await tx.updateDelivery(delivery.id, { status: 'SUCCEEDED', attempts: number });
      else if (outcome.kind === 'retry' && !delivery.isRepeat)
        await tx.updateDelivery(delivery.id, {
          attempts: number,
          dueAt: new Date(clock().getTime() + outcome.afterMs),
        });
      else {
        await tx.updateDelivery(delivery.id, { status: 'FAILED', attempts: number });
        if (delivery.isRepeat && outcome.kind !== 'gone') return;
        const reason =
          outcome.kind === 'gone'
            ? 'The receiver responded with 410, which ends the subscription.'
            : `A delivery failed ${number} times in a row, over the whole retry schedule. The last result was ${statusCode ?? error}.`;
        isDisabled = await disable(tx, webhook, delivery.id, reason);
      }
    });
    if (isDisabled) deps.onMails();
  };
}
