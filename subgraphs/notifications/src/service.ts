import { randomBytes } from 'node:crypto';
import { isId, Refusal } from '@cartograph/kit';
import { webhookDisabledMail } from './channels/mails.js';
import { refuseWebhookUrl } from './channels/webhook-address.js';
import type { SendResult } from './channels/webhook-sender.js';
import {
  isWebhookEventType,
  outcomeOf,
  rotateSecret as withNewSecret,
  WEBHOOK_EVENT_TYPES,
  type Webhook,
  type WebhookDelivery,
} from './domain/webhook.js';
import { newNotification } from './event-notifier.js';
import type { NotificationsStore, NotificationsTransaction } from './store/store.js';

export interface NotificationsServiceDependencies {
  readonly store: NotificationsStore;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Called after a commit that left mails to send. */
  readonly onMails: () => void;
  /** Called after a commit that left webhook deliveries to make. */
  readonly onDeliveries: () => void;
  readonly settings: {
    /** Without a slash at the end. */
    readonly storefront: string;
    readonly adminEmail: string;
    readonly allowPrivate: boolean;
    /** Multiplies the waits of the retry schedule. */
    readonly scheduleFactor: number;
  };
}

export type NotificationsService = ReturnType<typeof createNotificationsService>;

/** What staff do with webhooks, and what becomes of deliveries. */
export function createNotificationsService({
  store,
  newId,
  now,
  onMails,
  onDeliveries,
  settings,
}: NotificationsServiceDependencies) {
  /** Writes an attempt down and decides what follows from it. */
  async function recordAttempt(delivery: WebhookDelivery, result: SendResult, sentAt: Date): Promise<void> {
    const number = delivery.attempts + 1;
    const outcome = outcomeOf({ ...result, attempts: number }, { factor: settings.scheduleFactor });
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
          dueAt: new Date(now().getTime() + outcome.afterMs),
        });
      else {
        await tx.updateDelivery(delivery.id, { status: 'FAILED', attempts: number });
        if (delivery.isRepeat && outcome.kind !== 'gone') return;
        const reason =
          outcome.kind === 'gone'
            ? 'The receiver answered 410: it wants no more events.'
            : `It failed ${number} times in a row over the whole retry schedule; the last answer was ${statusCode ?? error}.`;
        isDisabled = await disable(tx, webhook, delivery.id, reason);
      }
    });
    if (isDisabled) onMails();
  }

  /** @returns whether it was not before */
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
      newNotification(webhookDisabledMail(webhook.url, reason, settings.storefront), {
        id: newId(),
        // The delivery stands for the event: one mail for one disabling, however many deliveries fail at once.
        eventId: deliveryId,
        userId: null,
        to: settings.adminEmail,
        createdAt: now(),
      }),
    );
    return true;
  }

  /** @throws Refusal INVALID_INPUT, WEBHOOK_URL_REFUSED */
  async function createWebhook(input: {
    url: string;
    eventTypes: readonly string[];
  }): Promise<{ webhook: Webhook; secret: string }> {
    const url = input.url.trim();
    const refusal = refuseWebhookUrl(url, settings);
    const unknown = input.eventTypes.filter((type) => !isWebhookEventType(type));
    const faults = [
      ...(refusal ? [{ code: 'WEBHOOK_URL_REFUSED', message: refusal, field: ['url'] }] : []),
      ...(input.eventTypes.length === 0
        ? [{ code: 'INVALID_INPUT', message: 'Choose at least one event type.', field: ['eventTypes'] }]
        : []),
      ...(unknown.length > 0
        ? [
            {
              code: 'INVALID_INPUT',
              message: `Unknown event types: ${unknown
                .slice(0, 5)
                .map((type) => JSON.stringify(type.slice(0, 60)))
                .join(', ')}. Known: ${WEBHOOK_EVENT_TYPES.join(', ')}.`,
              field: ['eventTypes'],
            },
          ]
        : []),
    ];
    if (faults.length > 0) throw new Refusal(faults);
    const secret = newSecret();
    const webhook: Webhook = {
      id: newId(),
      url: new URL(url).href,
      eventTypes: [...new Set(input.eventTypes)],
      secret,
      previousSecrets: [],
      isActive: true,
      disabledReason: null,
      createdAt: now(),
    };
    await store.insertWebhook(webhook);
    return { webhook, secret };
  }

  /** @throws Refusal NOT_FOUND, TOO_MANY_SECRETS */
  async function rotateSecret(webhookId: string): Promise<{ webhook: Webhook; secret: string }> {
    const secret = newSecret();
    const webhook = await changeWebhook(webhookId, (current) => {
      const rotated = withNewSecret(current, secret, now());
      if (rotated) return rotated;
      throw new Refusal(
        'TOO_MANY_SECRETS',
        'This webhook was rotated so often that 20 of its secrets are still valid. Each stays valid for 24 hours after it was replaced: try again later.',
        ['webhookId'],
      );
    });
    return { webhook, secret };
  }

  /** @throws Refusal NOT_FOUND */
  const setWebhookActive = (webhookId: string, isActive: boolean): Promise<Webhook> =>
    changeWebhook(
      webhookId,
      () =>
        isActive ? { isActive, disabledReason: null } : { isActive, disabledReason: 'Disabled by staff.' },
      async (tx) => (isActive ? undefined : tx.failPendingDeliveries(webhookId)),
    );

  async function changeWebhook(
    id: string,
    change: (current: Webhook) => Partial<Webhook>,
    alsoDo?: (tx: NotificationsTransaction) => Promise<void>,
  ): Promise<Webhook> {
    return store.transaction(async (tx) => {
      const current = isId(id) ? await tx.lockWebhook(id) : undefined;
      if (!current) throw new Refusal('NOT_FOUND', 'There is no such webhook.', ['webhookId']);
      const changed = await tx.updateWebhook(id, change(current));
      await alsoDo?.(tx);
      return changed;
    });
  }

  /** @throws Refusal NOT_FOUND */
  async function deleteWebhook(id: string): Promise<void> {
    if (!isId(id) || !(await store.deleteWebhook(id)))
      throw new Refusal('NOT_FOUND', 'There is no such webhook.', ['webhookId']);
  }

  /** Delivers once more, at once and once only. @throws Refusal NOT_FOUND, INVALID_INPUT */
  async function redeliver(deliveryId: string): Promise<WebhookDelivery> {
    const delivery = isId(deliveryId) ? await store.delivery(deliveryId) : undefined;
    if (!delivery) throw new Refusal('NOT_FOUND', 'There is no such delivery.', ['deliveryId']);
    await store.transaction(async (tx) => {
      const webhook = await tx.lockWebhook(delivery.webhookId);
      if (!webhook?.isActive)
        throw new Refusal('INVALID_INPUT', 'The webhook is disabled: enable it first.', ['deliveryId']);
      await tx.updateDelivery(delivery.id, { status: 'PENDING', isRepeat: true, dueAt: now() });
    });
    onDeliveries();
    return (await store.delivery(deliveryId)) ?? delivery;
  }

  return { recordAttempt, createWebhook, rotateSecret, setWebhookActive, deleteWebhook, redeliver };
}

/** 24 random bytes, as the specification asks for at least. */
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;
