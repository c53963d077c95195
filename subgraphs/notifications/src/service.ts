import type { AnyEvent } from '@cartograph/events';
import { randomBytes } from 'node:crypto';
import { isId, Refusal } from '@cartograph/service-kit';
import { layOutHtml, layOutText } from './channels/layout.js';
import { mailAbout, webhookDisabledMail, type Mail } from './channels/mails.js';
import { refuseWebhookUrl } from './channels/webhook-address.js';
import type { SendResult } from './channels/webhook-sender.js';
import type { Recipient } from './domain/notification.js';
import {
  isWebhookEventType,
  outcomeOf,
  WEBHOOK_EVENT_TYPES,
  webhookPayload,
  type Webhook,
  type WebhookDelivery,
} from './domain/webhook.js';
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
    readonly storefrontUrl: string;
    readonly adminEmail: string;
    readonly allowPrivate: boolean;
    /** Multiplies the waits of the retry schedule. */
    readonly scheduleFactor: number;
  };
}

export type NotificationsService = ReturnType<typeof createNotificationsService>;

const DAY_MS = 86_400_000;

/** The use cases of notifications: an event only writes rows; workers send what is due. */
export function createNotificationsService({
  store,
  newId,
  now,
  onMails,
  onDeliveries,
  settings,
}: NotificationsServiceDependencies) {
  const storefront = settings.storefrontUrl.replace(/\/$/, '');

  /**
   * Makes a mail and webhook deliveries out of an event, once.
   * @throws Error while the person or the order it speaks of is not known yet: their own events come by another way.
   */
  async function onEvent(event: AnyEvent): Promise<void> {
    let mail: Mail | undefined;
    let deliveries = 0;
    await store.transaction(async (tx) => {
      if (!(await tx.markHandled(event.id))) return;
      await remember(tx, event);
      const userId = personOf(event);
      if (userId) {
        const recipient = await tx.recipient(userId);
        if (!recipient) throw new Error(`User ${userId} is not known yet.`);
        mail = mailAbout(event, recipient, await orderOf(tx, event), storefront);
        if (mail) await insertMail(tx, event.id, mail, recipient);
      }
      if (isWebhookEventType(event.type)) deliveries = await insertDeliveries(tx, event);
    });
    if (mail) onMails();
    if (deliveries > 0) onDeliveries();
  }

  /** The order that an event is about: events of orders bring its number along, those of payments do not. */
  async function orderOf(tx: NotificationsTransaction, { type, data }: AnyEvent) {
    if (!('orderId' in data) || !data.orderId) return undefined;
    if ('number' in data) return { orderId: data.orderId, number: data.number };
    const order = await tx.order(data.orderId);
    if (!order && type.startsWith('payment.')) throw new Error('The order of this payment is not known yet.');
    return order;
  }

  async function remember(tx: NotificationsTransaction, event: AnyEvent): Promise<void> {
    if (event.type.startsWith('user.') && 'email' in event.data) {
      const { userId, email, name } = event.data;
      await tx.saveRecipient({ userId, email, name }, new Date(event.occurredAt));
    }
    if (event.type.startsWith('order.') && 'number' in event.data) {
      await tx.saveOrder({ orderId: event.data.orderId, number: event.data.number });
    }
  }

  async function insertMail(
    tx: NotificationsTransaction,
    eventId: string,
    mail: Mail,
    recipient: Recipient | undefined,
  ): Promise<void> {
    await tx.insertNotification({
      id: newId(),
      eventId,
      kind: mail.kind,
      userId: recipient?.userId ?? null,
      to: mail.to ?? recipient?.email ?? settings.adminEmail,
      subject: mail.subject,
      text: layOutText(mail),
      html: layOutHtml(mail),
      status: 'PENDING',
      attempts: 0,
      failureReason: null,
      createdAt: now(),
      sentAt: null,
    });
  }

  /** @returns how many */
  async function insertDeliveries(tx: NotificationsTransaction, event: AnyEvent): Promise<number> {
    const webhooks = await tx.activeWebhooks(event.type);
    for (const webhook of webhooks) {
      const at = now();
      await tx.insertDelivery({
        id: newId(),
        webhookId: webhook.id,
        eventId: event.id,
        eventType: event.type,
        payload: webhookPayload(event),
        status: 'PENDING',
        attempts: 0,
        isRepeat: false,
        nextAttemptAt: at,
        createdAt: at,
      });
    }
    return webhooks.length;
  }

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
    // The delivery stands for the event: one mail for one disabling, however many deliveries fail at once.
    await insertMail(tx, deliveryId, webhookDisabledMail(webhook.url, reason, storefront), undefined);
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
      previousSecret: null,
      previousSecretUntil: null,
      isActive: true,
      disabledReason: null,
      createdAt: now(),
    };
    await store.insertWebhook(webhook);
    return { webhook, secret };
  }

  /** @throws Refusal NOT_FOUND */
  async function rotateSecret(webhookId: string): Promise<{ webhook: Webhook; secret: string }> {
    const secret = newSecret();
    const webhook = await changeWebhook(webhookId, (current) => ({
      secret,
      previousSecret: current.secret,
      previousSecretUntil: new Date(now().getTime() + DAY_MS),
    }));
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

  return { onEvent, recordAttempt, createWebhook, rotateSecret, setWebhookActive, deleteWebhook, redeliver };
}

/** Whom an event is about, if they are to be written to. */
function personOf(event: AnyEvent): string | undefined {
  if ('customerId' in event.data) return event.data.customerId;
  return event.type.startsWith('user.') && 'userId' in event.data ? event.data.userId : undefined;
}

/** 24 random bytes, as the specification asks for at least. */
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;
