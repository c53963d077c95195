import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { createTestDatabase } from '@cartograph/testing';
import type { DataSource } from 'typeorm';
import { CONSUMER } from '../src/events.js';
import { notificationsDatabase } from '../src/store/database.js';
import { createEventRecorder } from '../src/store/event-recorder.js';
import type { EventRecord } from '../src/store/store.js';

let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let databases: DataSource[];

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  const connect = () => notificationsDatabase.connect(testDatabase.url);
  const connections = [await connect(), await connect()];
  databases = connections.map(({ handle }) => handle);
  await connections[0]!.migrate();
});

afterEach(async () => {
  await Promise.all(databases.map((database) => database.destroy()));
  await testDatabase.drop();
});

function record(text = 'We have received your order'): EventRecord {
  const [eventId, at] = [newId(), new Date()];
  const mail: EventRecord['mail'] = {
    id: newId(),
    eventId,
    kind: 'ORDER_PLACED',
    userId: 'carl',
    to: 'carl@example.com',
    subject: text,
    text,
    html: text,
    status: 'PENDING',
    attempts: 0,
    failureReason: null,
    sentAt: null,
    createdAt: at,
    dueAt: at,
  };
  const order = { orderId: newId(), number: 'CG-7F3K-2Q9M' };
  return { eventId, eventType: 'order.placed', order, mail, webhookPayload: '{}', at };
}

const listen = () =>
  databases[0]!.query(
    `INSERT INTO webhooks (id, url, event_types, secret, is_active, created_at)
     VALUES ($1, 'http://localhost/', '{order.placed}', 'whsec_', true, now())`,
    [newId()],
  );
const eventsIn = async (table: string) =>
  (await databases[0]!.query<{ event_id: string }[]>(`SELECT event_id FROM ${table}`))
    .map(({ event_id }) => event_id)
    .sort();
const idsOf = (events: readonly EventRecord[]) => events.map(({ eventId }) => eventId).sort();

it('records simultaneous events with one statement', async () => {
  await listen();
  const events = [record(), { ...record(), mail: undefined }, { ...record(), webhookPayload: undefined }];
  const recorder = createEventRecorder({ database: databases[0]!, consumer: CONSUMER });
  const query = jest.spyOn(databases[0]!, 'query');
  const made = await Promise.all(events.map((event) => recorder.recordEvent(event)));
  expect(query).toHaveBeenCalledTimes(1);
  expect(made).toEqual([
    { mails: 1, deliveries: 1 },
    { mails: 0, deliveries: 1 },
    { mails: 1, deliveries: 0 },
  ]);
  expect(await Promise.all(events.map((event) => recorder.recordEvent(event)))).toEqual(
    events.map(() => ({ mails: 0, deliveries: 0 })),
  );
});

it('is not blocked by an event that cannot be stored', async () => {
  // Postgres cannot store this character.
  const events = [record(), record('\u0000'), record()];
  const recorder = createEventRecorder({ database: databases[0]!, consumer: CONSUMER });
  const outcomes = await Promise.allSettled(events.map((event) => recorder.recordEvent(event)));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await eventsIn('processed_events')).toEqual(idsOf([events[0]!, events[2]!]));
});

it('stores each mail and delivery once when two processes have the same events in different orders', async () => {
  await listen();
  const events = Array.from({ length: 50 }, () => record());
  const made = await Promise.all(
    [events, events.toReversed()].flatMap((mine, process) => {
      const recorder = createEventRecorder({ database: databases[process]!, consumer: CONSUMER });
      return mine.map((event) => recorder.recordEvent({ ...event, mail: { ...event.mail!, id: newId() } }));
    }),
  );
  expect(made.reduce((sum, { mails }) => sum + mails, 0)).toBe(50);
  expect(made.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(50);
  for (const table of ['processed_events', 'notifications', 'webhook_deliveries'])
    expect(await eventsIn(table)).toEqual(idsOf(events));
});

it('returns recipients and orders in the requested order', async () => {
  const recorder = createEventRecorder({ database: databases[0]!, consumer: CONSUMER });
  const ada = { userId: 'ada', email: 'ada@example.com', name: 'Ada' };
  await recorder.saveRecipient(ada, new Date());
  const { order, ...event } = record();
  await recorder.recordEvent({ ...event, order });
  expect(
    await Promise.all([
      recorder.findRecipientAndOrder('unknown', order!.orderId),
      recorder.findRecipientAndOrder('ada', undefined),
      recorder.findRecipientAndOrder('ada', 'none'),
      recorder.findRecipientAndOrder('ada', order!.orderId),
    ]),
  ).toEqual([
    { recipient: undefined, order },
    { recipient: ada, order: undefined },
    { recipient: ada, order: undefined },
    { recipient: ada, order },
  ]);
});
