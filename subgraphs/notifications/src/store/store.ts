import type { KnownOrder, Notification, Recipient } from '../domain/notification.js';
import type { Webhook, WebhookAttempt, WebhookDelivery } from '../domain/webhook.js';

/** The sort key of lists, newest first. */
export interface TimeKey {
  readonly createdAt: Date;
  readonly id: string;
}

/** Up to `limit` rows behind `after`, and how many there are in all. */
export interface Listing<Row> {
  readonly rows: Row[];
  readonly totalCount: number;
}

/** All that an event leads to here. */
export interface EventRecord {
  readonly eventId: string;
  readonly eventType: string;
  /** The order that the event names with its number. */
  readonly order: KnownOrder | undefined;
  /** `dueAt`: when any process may send it. */
  readonly mail: (Notification & { readonly dueAt: Date }) | undefined;
  /** What webhooks that asked for the type are sent, as JSON text; undefined if it never leaves the house. */
  readonly webhookPayload: string | undefined;
  readonly at: Date;
}

/** What one transaction may do. */
export interface NotificationsTransaction {
  /** Does nothing if the same event already made a notification of that kind for that address. */
  insertNotification(notification: Notification): Promise<void>;
  lockWebhook(id: string): Promise<Webhook | undefined>;
  updateWebhook(id: string, changes: Partial<Webhook>): Promise<Webhook>;
  /** Ends what is still to be delivered. */
  failPendingDeliveries(webhookId: string): Promise<void>;
  insertAttempt(attempt: WebhookAttempt): Promise<void>;
  updateDelivery(
    id: string,
    changes: Partial<Pick<WebhookDelivery, 'status' | 'attempts' | 'isRepeat'>> & { dueAt?: Date },
  ): Promise<void>;
}

export interface NotificationsStore {
  /** Keeps the newest of what is known about a person, whatever the order in which it arrives. */
  saveRecipient(recipient: Recipient, updatedAt: Date): Promise<void>;
  /** What is known of a person, and of an order. */
  acquaintances(
    userId: string,
    orderId: string | undefined,
  ): Promise<{ recipient: Recipient | undefined; order: KnownOrder | undefined }>;
  /**
   * Writes down what an event leads to, all or nothing, and that it was handled: a second time does nothing.
   * @returns how many mails and deliveries it made
   */
  recordEvent(record: EventRecord): Promise<{ mails: number; deliveries: number }>;
  transaction<T>(work: (tx: NotificationsTransaction) => Promise<T>): Promise<T>;
  notifications(
    filter: { userId?: string },
    after: TimeKey | undefined,
    limit: number,
  ): Promise<Listing<Notification>>;
  claimNotifications(limit: number, until: Date): Promise<Notification[]>;
  /** Keeps that a mail was sent, and no longer what it said if that held a personal link. */
  markSent(id: string): Promise<void>;
  /** Keeps that a mail could not be sent: until `dueAt`, or for good. */
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
  claimDeliveries(limit: number, until: Date): Promise<{ delivery: WebhookDelivery; webhook: Webhook }[]>;
  attemptsOf(deliveryIds: readonly string[]): Promise<WebhookAttempt[]>;
  counts(): Promise<{ mailsPending: number; deliveriesPending: number }>;
}
