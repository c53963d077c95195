import type { Clock } from '@cartograph/kit';
import { claimDue } from '@cartograph/kit/postgres';
import DataLoader from 'dataloader';
import { In, type DataSource, type EntityManager, type EntitySchema, type ObjectLiteral } from 'typeorm';
import { PERSONAL_LINK_KINDS, type Notification } from '../domain/notification.js';
import type { Webhook, WebhookDelivery } from '../domain/webhook.js';
import { createEventRecorder } from './event-recorder.js';
import { MARK_SENT } from './queries.js';
import type { Listing, NotificationsStore, NotificationsTransaction, TimeKey } from './store.js';
import {
  AttemptTable,
  DeliveryTable,
  NotificationTable,
  WebhookTable,
  type DeliveryRow,
  type NotificationRow,
} from './tables.js';

const REDACTED = 'This message contained a personal link and is not kept.';

/** How long sent mails are collected before one statement marks them. A crash within that time sends them twice. */
const MARK_AFTER_MS = 20;

const toNotification = ({ dueAt: _due, ...notification }: NotificationRow): Notification => notification;

const toDelivery = ({ dueAt, ...delivery }: DeliveryRow): WebhookDelivery => ({
  ...delivery,
  nextAttemptAt: delivery.status === 'PENDING' ? dueAt : null,
});

interface Deps {
  readonly database: DataSource;
  readonly clock: Clock;
  /** The name under which handled events are recorded. */
  readonly consumer: string;
}

/** Notifications and webhooks in Postgres. */
export function createNotificationsStore({ database, clock, consumer }: Deps): NotificationsStore {
  const notifications = database.getRepository(NotificationTable);
  const webhooks = database.getRepository(WebhookTable);
  const deliveries = database.getRepository(DeliveryTable);
  const attempts = database.getRepository(AttemptTable);
  const sent = new DataLoader<string, void>(
    async (ids) => {
      await database.query(MARK_SENT, [ids, clock(), [...PERSONAL_LINK_KINDS], REDACTED]);
      return ids.map(() => undefined);
    },
    { cache: false, batchScheduleFn: (mark) => setTimeout(mark, MARK_AFTER_MS) },
  );

  return {
    ...createEventRecorder({ database, consumer }),
    transaction: (work) => database.transaction((manager) => work(createTransaction(manager))),

    async notifications({ userId }, after, limit) {
      const where = userId === undefined ? {} : { userId };
      const { rows, totalCount } = await listNewest(database, NotificationTable, where, after, limit);
      return { rows: rows.map(toNotification), totalCount };
    },
    async claimNotifications(limit, until) {
      const ids = await claimDue(database, 'notifications', `status = 'PENDING'`, limit, until);
      if (ids.length === 0) return [];
      return (await notifications.findBy({ id: In(ids) })).map(toNotification);
    },
    markSent: (id) => sent.load(id),
    async markUnsent(id, changes) {
      await notifications.update({ id }, changes);
    },

    webhooks: () => webhooks.find({ order: { createdAt: 'ASC', id: 'ASC' } }),
    webhook: async (id) => (await webhooks.findOneBy({ id })) ?? undefined,
    async insertWebhook(webhook) {
      await webhooks.insert({
        ...webhook,
        eventTypes: [...webhook.eventTypes],
        previousSecrets: [...webhook.previousSecrets],
      });
    },
    deleteWebhook: async (id) => (await webhooks.delete({ id })).affected === 1,

    async deliveries(webhookId, after, limit) {
      const { rows, totalCount } = await listNewest(database, DeliveryTable, { webhookId }, after, limit);
      return { rows: rows.map(toDelivery), totalCount };
    },
    async delivery(id) {
      const row = await deliveries.findOneBy({ id });
      return row ? toDelivery(row) : undefined;
    },
    async claimDeliveries(limit, until) {
      const ids = await claimDue(database, 'webhook_deliveries', `status = 'PENDING'`, limit, until);
      if (ids.length === 0) return [];
      const claimed = (await deliveries.findBy({ id: In(ids) })).map(toDelivery);
      const receivers = await webhooks.findBy({ id: In(claimed.map(({ webhookId }) => webhookId)) });
      const webhookOf = new Map(receivers.map((webhook) => [webhook.id, webhook]));
      return claimed.flatMap((delivery) => {
        const webhook = webhookOf.get(delivery.webhookId);
        return webhook ? [{ delivery, webhook }] : [];
      });
    },
    attemptsOf: (ids) => attempts.find({ where: { deliveryId: In([...ids]) }, order: { number: 'ASC' } }),
    countPendingMails: () => notifications.countBy({ status: 'PENDING' }),
    countPendingDeliveries: () => deliveries.countBy({ status: 'PENDING' }),
  };
}

/** One page of a table that has `createdAt` and `id`, newest first. */
async function listNewest<Row extends ObjectLiteral & TimeKey>(
  database: DataSource,
  table: EntitySchema<Row>,
  where: Partial<Row>,
  after: TimeKey | undefined,
  limit: number,
): Promise<Listing<Row>> {
  const query = database.getRepository(table).createQueryBuilder('row').where(where);
  const totalCount = await query.getCount();
  if (after) query.andWhere('(row.createdAt, row.id) < (:createdAt, :id)', after);
  const rows = await query
    .orderBy('row.createdAt', 'DESC')
    .addOrderBy('row.id', 'DESC')
    .limit(limit)
    .getMany();
  return { rows, totalCount };
}

function createTransaction(manager: EntityManager): NotificationsTransaction {
  const notifications = manager.getRepository(NotificationTable);
  const webhooks = manager.getRepository(WebhookTable);
  const deliveries = manager.getRepository(DeliveryTable);
  const attempts = manager.getRepository(AttemptTable);
  return {
    async insertNotification(notification) {
      const row: NotificationRow = { ...notification, dueAt: notification.createdAt };
      await notifications.createQueryBuilder().insert().values(row).orIgnore().execute();
    },
    lockWebhook: async (id) =>
      (await webhooks.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } })) ?? undefined,
    async updateWebhook(id, { eventTypes, previousSecrets, ...changes }: Partial<Webhook>) {
      await webhooks.update(
        { id },
        {
          ...changes,
          ...(eventTypes && { eventTypes: [...eventTypes] }),
          ...(previousSecrets && { previousSecrets: [...previousSecrets] }),
        },
      );
      return webhooks.findOneByOrFail({ id });
    },
    async failPendingDeliveries(webhookId) {
      await deliveries.update({ webhookId, status: 'PENDING' }, { status: 'FAILED' });
    },
    async insertAttempt(attempt) {
      await attempts.createQueryBuilder().insert().values(attempt).orIgnore().execute();
    },
    async updateDelivery(id, changes) {
      await deliveries.update({ id }, changes);
    },
  };
}
