import { EntitySchema } from 'typeorm';
import type { Notification } from '../domain/notification.js';
import type { PreviousSecret, Webhook, WebhookAttempt, WebhookDelivery } from '../domain/webhook.js';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export type RecipientRow = { userId: string; email: string; name: string; updatedAt: Date };

export const RecipientTable = new EntitySchema<RecipientRow>({
  name: 'recipient',
  tableName: 'recipients',
  columns: {
    userId: { name: 'user_id', type: 'text', primary: true },
    email: { type: 'text' },
    name: { type: 'text' },
    updatedAt: { name: 'updated_at', type: 'timestamptz' },
  },
});

export type NotificationRow = Mutable<Notification> & { dueAt: Date };

export const NotificationTable = new EntitySchema<NotificationRow>({
  name: 'notification',
  tableName: 'notifications',
  columns: {
    id: { type: 'uuid', primary: true },
    eventId: { name: 'event_id', type: 'uuid' },
    kind: { type: 'text' },
    userId: { name: 'user_id', type: 'text', nullable: true },
    to: { name: 'recipient', type: 'text' },
    subject: { type: 'text' },
    text: { type: 'text' },
    html: { type: 'text' },
    status: { type: 'text' },
    attempts: { type: 'int' },
    failureReason: { name: 'failure_reason', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    sentAt: { name: 'sent_at', type: 'timestamptz', nullable: true },
    dueAt: { name: 'due_at', type: 'timestamptz' },
  },
});

export type WebhookRow = Mutable<Omit<Webhook, 'eventTypes' | 'previousSecrets'>> & {
  eventTypes: string[];
  previousSecrets: PreviousSecret[];
};

export const WebhookTable = new EntitySchema<WebhookRow>({
  name: 'webhook',
  tableName: 'webhooks',
  columns: {
    id: { type: 'uuid', primary: true },
    url: { type: 'text' },
    eventTypes: { name: 'event_types', type: 'text', array: true },
    secret: { type: 'text' },
    previousSecrets: { name: 'previous_secrets', type: 'jsonb' },
    isActive: { name: 'is_active', type: 'boolean' },
    disabledReason: { name: 'disabled_reason', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});

export type DeliveryRow = Mutable<Omit<WebhookDelivery, 'nextAttemptAt'>> & { dueAt: Date };

export const DeliveryTable = new EntitySchema<DeliveryRow>({
  name: 'delivery',
  tableName: 'webhook_deliveries',
  columns: {
    id: { type: 'uuid', primary: true },
    webhookId: { name: 'webhook_id', type: 'uuid' },
    eventId: { name: 'event_id', type: 'uuid' },
    eventType: { name: 'event_type', type: 'text' },
    payload: { type: 'text' },
    status: { type: 'text' },
    attempts: { type: 'int' },
    isRepeat: { name: 'is_repeat', type: 'boolean' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    dueAt: { name: 'due_at', type: 'timestamptz' },
  },
});

export const AttemptTable = new EntitySchema<Mutable<WebhookAttempt>>({
  name: 'webhookAttempt',
  tableName: 'webhook_attempts',
  columns: {
    deliveryId: { name: 'delivery_id', type: 'uuid', primary: true },
    number: { type: 'int', primary: true },
    sentAt: { name: 'sent_at', type: 'timestamptz' },
    durationMs: { name: 'duration_ms', type: 'int' },
    statusCode: { name: 'status_code', type: 'int', nullable: true },
    error: { type: 'text', nullable: true },
    responseBody: { name: 'response_body', type: 'text', nullable: true },
  },
});
