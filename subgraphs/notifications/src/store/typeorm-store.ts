import { claimDue } from '@cartograph/kit';
import DataLoader from 'dataloader';
import { In, type DataSource, type EntityManager, type EntitySchema, type ObjectLiteral } from 'typeorm';
import { PERSONAL_LINK_KINDS, type Notification } from '../domain/notification.js';
import type { Webhook, WebhookDelivery } from '../domain/webhook.js';
import { createEventRecorder } from './event-recorder.js';
import type { Listing, NotificationsStore, NotificationsTransaction, TimeKey } from './store.js';
import {
  attemptTable,
  deliveryTable,
  notificationTable,
  webhookTable,
  type DeliveryRow,
  type NotificationRow,
} from './tables.js';

const REDACTED = 'This message held a personal link and is not kept.';

const MARK_SENT = `
  UPDATE notifications SET status = 'SENT', attempts = attempts + 1, sent_at = $2, failure_reason = NULL,
    text = CASE WHEN kind = ANY ($3) THEN $4 ELSE text END, html = CASE WHEN kind = ANY ($3) THEN $4 ELSE html END
  WHERE id = ANY ($1)`;

/** How long mails that are sent may gather to be marked by one statement. A crash in that time sends them twice. */
const MARK_AFTER_MS = 20;

const toNotification = ({ dueAt: _due, ...notification }: NotificationRow): Notification => notification;

const toDelivery = ({ dueAt, ...delivery }: DeliveryRow): WebhookDelivery => ({
  ...delivery,
  nextAttemptAt: delivery.status === 'PENDING' ? dueAt : null,
});

export function createNotificationsStore(database: DataSource): NotificationsStore {
  const notifications = database.getRepository(notificationTable);
  const webhooks = database.getRepository(webhookTable);
  const deliveries = database.getRepository(deliveryTable);
  const sent = new DataLoader<string, void>(
    async (ids) => {
      await database.query(MARK_SENT, [ids, new Date(), [...PERSONAL_LINK_KINDS], REDACTED]);
      return ids.map(() => undefined);
    },
    { cache: false, batchScheduleFn: (mark) => setTimeout(mark, MARK_AFTER_MS) },
  );

  return {
    ...createEventRecorder(database),
    transaction: (work) => database.transaction((manager) => work(createTransaction(manager))),

    async notifications({ userId }, after, limit) {
      const { rows, totalCount } = await listNewest(
        database,
        notificationTable,
        userId === undefined ? {} : { userId },
        after,
        limit,
      );
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
      const { rows, totalCount } = await listNewest(database, deliveryTable, { webhookId }, after, limit);
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
      const targets = new Map(
        (await webhooks.findBy({ id: In(claimed.map(({ webhookId }) => webhookId)) })).map((webhook) => [
          webhook.id,
          webhook,
        ]),
      );
      return claimed.flatMap((delivery) => {
        const webhook = targets.get(delivery.webhookId);
        return webhook ? [{ delivery, webhook }] : [];
      });
    },
    attemptsOf: (ids) =>
      database
        .getRepository(attemptTable)
        .find({ where: { deliveryId: In([...ids]) }, order: { number: 'ASC' } }),
    async counts() {
      const [mailsPending, deliveriesPending] = await Promise.all([
        notifications.countBy({ status: 'PENDING' }),
        deliveries.countBy({ status: 'PENDING' }),
      ]);
      return { mailsPending, deliveriesPending };
    },
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
  const webhooks = manager.getRepository(webhookTable);
  return {
    async insertNotification(notification) {
      const row: NotificationRow = { ...notification, dueAt: notification.createdAt };
      await manager
        .getRepository(notificationTable)
        .createQueryBuilder()
        .insert()
        .values(row)
        .orIgnore()
        .execute();
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
      await manager
        .getRepository(deliveryTable)
        .update({ webhookId, status: 'PENDING' }, { status: 'FAILED' });
    },
    async insertAttempt(attempt) {
      await manager
        .getRepository(attemptTable)
        .createQueryBuilder()
        .insert()
        .values(attempt)
        .orIgnore()
        .execute();
    },
    async updateDelivery(id, changes) {
      await manager.getRepository(deliveryTable).update({ id }, changes);
    },
  };
}
