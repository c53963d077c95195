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

/** What one transaction may do while it handles an event. */
export interface NotificationsTransaction {
  /** False if the event was handled before. */
  markHandled(eventId: string): Promise<boolean>;
  /** Keeps the newest of what is known about a person, whatever the order in which it arrives. */
  saveRecipient(recipient: Recipient, updatedAt: Date): Promise<void>;
  recipient(userId: string): Promise<Recipient | undefined>;
  saveOrder(order: KnownOrder): Promise<void>;
  order(orderId: string): Promise<KnownOrder | undefined>;
  /** Does nothing if the same event already made a notification of that kind for that address. */
  insertNotification(notification: Notification): Promise<void>;
  activeWebhooks(eventType: string): Promise<Webhook[]>;
  lockWebhook(id: string): Promise<Webhook | undefined>;
  updateWebhook(id: string, changes: Partial<Webhook>): Promise<Webhook>;
  /** Does nothing if that webhook has a delivery of that event. */
  insertDelivery(delivery: WebhookDelivery): Promise<void>;
  /** Ends what is still to be delivered. */
  failPendingDeliveries(webhookId: string): Promise<void>;
  insertAttempt(attempt: WebhookAttempt): Promise<void>;
  updateDelivery(
    id: string,
    changes: Partial<Pick<WebhookDelivery, 'status' | 'attempts' | 'isRepeat'>> & { dueAt?: Date },
  ): Promise<void>;
}

export interface NotificationsStore {
  transaction<T>(work: (tx: NotificationsTransaction) => Promise<T>): Promise<T>;
  notifications(
    filter: { userId?: string },
    after: TimeKey | undefined,
    limit: number,
  ): Promise<Listing<Notification>>;
  claimNotifications(limit: number, until: Date): Promise<Notification[]>;
  updateNotification(
    id: string,
    changes: Partial<
      Pick<Notification, 'status' | 'attempts' | 'failureReason' | 'sentAt' | 'text' | 'html'>
    > & { dueAt?: Date },
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
