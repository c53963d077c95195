import type { KnownOrder, Notification, Recipient } from '../domain/notification.js';
import type { Webhook, WebhookAttempt, WebhookDelivery } from '../domain/webhook.js';

/** The sort key of lists, newest first. */
export interface TimeKey {
  readonly createdAt: Date;
  readonly id: string;
}

/** Up to `limit` rows after `after`, and the number of all rows. */
export interface Listing<Row> {
  readonly rows: Row[];
  readonly totalCount: number;
}

/** Everything that an event leads to. */
export interface EventRecord {
  readonly eventId: string;
  readonly eventType: string;
  /** The order that the event names together with its number. */
  readonly order: KnownOrder | undefined;
  /** `dueAt`: when any process may send it. */
  readonly mail: (Notification & { readonly dueAt: Date }) | undefined;
  /** The body for webhooks that subscribed to the type, as JSON text; undefined if the event is never delivered. */
  readonly webhookPayload: string | undefined;
  readonly at: Date;
}

/** How many mails and deliveries were stored for an event. */
export interface RecordedEvent {
  readonly mails: number;
  readonly deliveries: number;
}

export interface RecipientAndOrder {
  readonly recipient: Recipient | undefined;
  readonly order: KnownOrder | undefined;
}

/** A delivery with the webhook that receives it. */
export interface WebhookJob {
  readonly delivery: WebhookDelivery;
  readonly webhook: Webhook;
}

/** The operations of one transaction. */
export interface NotificationsTransaction {
  /** Does nothing if the same event has already created a notification of that kind for that address. */
  insertNotification(notification: Notification): Promise<void>;
  lockWebhook(id: string): Promise<Webhook | undefined>;
  updateWebhook(id: string, changes: Partial<Webhook>): Promise<Webhook>;
  /** Fails all deliveries that are not made yet. */
  failPendingDeliveries(webhookId: string): Promise<void>;
  insertAttempt(attempt: WebhookAttempt): Promise<void>;
  updateDelivery(
    id: string,
    changes: Partial<Pick<WebhookDelivery, 'status' | 'attempts' | 'isRepeat'>> & { dueAt?: Date },
  ): Promise<void>;
}

export interface NotificationsStore {
  /** Keeps the newest data of a person, in whatever order it arrives. */
  saveRecipient(recipient: Recipient, updatedAt: Date): Promise<void>;
  findRecipientAndOrder(userId: string, orderId: string | undefined): Promise<RecipientAndOrder>;
  /** Stores everything that an event leads to, all or nothing, and that it was handled. A second call stores nothing. */
  recordEvent(record: EventRecord): Promise<RecordedEvent>;
  transaction<T>(work: (tx: NotificationsTransaction) => Promise<T>): Promise<T>;
  notifications(
    filter: { readonly userId?: string },
    after: TimeKey | undefined,
    limit: number,
  ): Promise<Listing<Notification>>;
  claimNotifications(limit: number, until: Date): Promise<Notification[]>;
  /** Records that a mail was sent, and removes its text if that contained a personal link. */
  markSent(id: string): Promise<void>;
  /** Records that a mail could not be sent: until `dueAt`, or permanently. */
  markUnsent(
    id: string,
    changes: Pick<Notification, 'attempts' | 'failureReason'> & ({ dueAt: Date } | { status: 'FAILED' }),
  ): Promise<void>;
  webhooks(): Promise<Webhook[]>;
  webhook(id: string): Promise<Webhook | undefined>;
  insertWebhook(webhook: Webhook): Promise<void>;
  deleteWebhook(id: string): Promise<boolean>;
  deliveries(webhookId: string, after: TimeKey | undefined, limit: number): Promise<Listing<WebhookDelivery>>;
  delivery(id: string): Promise<WebhookDelivery | undefined>;
  claimDeliveries(limit: number, until: Date): Promise<WebhookJob[]>;
  attemptsOf(deliveryIds: readonly string[]): Promise<WebhookAttempt[]>;
  countPendingMails(): Promise<number>;
  countPendingDeliveries(): Promise<number>;
}
