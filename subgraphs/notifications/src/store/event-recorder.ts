import DataLoader from 'dataloader';
import type { DataSource } from 'typeorm';
import type { KnownOrder, Recipient } from '../domain/notification.js';
import { FIND_RECIPIENTS_AND_ORDERS, RECORD_EVENTS } from './queries.js';
import type { EventRecord, NotificationsStore, RecipientAndOrder, RecordedEvent } from './store.js';
import { RecipientTable } from './tables.js';

interface Deps {
  readonly database: DataSource;
  /** The name under which handled events are recorded. */
  readonly consumer: string;
}

type EventRecorder = Pick<NotificationsStore, 'saveRecipient' | 'findRecipientAndOrder' | 'recordEvent'>;

/** What handling an event reads and writes. Events that are handled at the same time share statements and commits. */
export function createEventRecorder({ database, consumer }: Deps): EventRecorder {
  async function record(events: readonly EventRecord[]): Promise<RecordedEvent[]> {
    const rows = await database.query<(RecordedEvent & { eventId: string })[]>(RECORD_EVENTS, [
      JSON.stringify(events.map(toRow)),
      consumer,
    ]);
    const recorded = new Map(rows.map(({ eventId, ...stored }) => [eventId, stored]));
    return events.map(({ eventId }) => recorded.get(eventId)!);
  }

  // These loaders batch, but cache nothing.
  const records = new DataLoader<EventRecord, RecordedEvent>(
    async (events) => {
      try {
        return await record(events);
      } catch (error) {
        if (events.length === 1) throw error;
        // An event that cannot be stored must not block the others.
        const results = await Promise.allSettled(events.map(async (event) => (await record([event]))[0]!));
        return results.map((result) =>
          result.status === 'fulfilled' ? result.value : (result.reason as Error),
        );
      }
    },
    { cache: false },
  );
  const lookups = new DataLoader<{ userId: string; orderId: string | undefined }, RecipientAndOrder>(
    async (pairs) => {
      const rows = await database.query<{ recipient: Recipient | null; order: KnownOrder | null }[]>(
        FIND_RECIPIENTS_AND_ORDERS,
        [pairs.map(({ userId }) => userId), pairs.map(({ orderId }) => orderId ?? null)],
      );
      return rows.map(({ recipient, order }) => ({
        recipient: recipient ?? undefined,
        order: order ?? undefined,
      }));
    },
    { cache: false },
  );

  return {
    async saveRecipient(recipient, updatedAt) {
      await database
        .createQueryBuilder()
        .insert()
        .into(RecipientTable)
        .values({ ...recipient, updatedAt })
        .orUpdate(['email', 'name', 'updated_at'], ['user_id'], {
          overwriteCondition: { where: 'recipients.updated_at <= excluded.updated_at' },
        })
        .updateEntity(false)
        .execute();
    },
    findRecipientAndOrder: (userId, orderId) => lookups.load({ userId, orderId }),
    recordEvent: (event) => records.load(event),
  };
}

const toRow = ({ eventId, eventType, order, mail, webhookPayload, at }: EventRecord) => ({
  event_id: eventId,
  event_type: eventType,
  order_id: order?.orderId,
  number: order?.number,
  webhook_payload: webhookPayload,
  at,
  mail: mail && {
    id: mail.id,
    event_id: mail.eventId,
    kind: mail.kind,
    user_id: mail.userId,
    recipient: mail.to,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    status: mail.status,
    created_at: mail.createdAt,
    due_at: mail.dueAt,
  },
});
