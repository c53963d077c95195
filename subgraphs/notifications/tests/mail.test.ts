import { createEvent } from '@cartograph/events';
import { until, userIdentity } from '@cartograph/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import {
  admin,
  orderData,
  orderMoved,
  orderPlaced,
  paid,
  person,
  registered,
  startNotifications,
  type Harness,
} from './support.js';

let notifications: Harness;
beforeEach(async () => {
  notifications = await startNotifications();
});
afterEach(() => notifications.close());

const LIST = `query ($users: [_Any!]!) { _entities(representations: $users) { ... on User { notifications { totalCount nodes { kind to subject text status } } } } }`;
const listOf = (userId: string, as = userIdentity(userId)) =>
  notifications.ask(LIST, { users: [{ __typename: 'User', id: userId }] }, as);
const kindsOf = async (userId: string): Promise<string[]> =>
  (await listOf(userId)).data._entities[0].notifications.nodes.map(({ kind }: { kind: string }) => kind);

async function untilRecipientIs(email: string): Promise<void> {
  const client = new pg.Client({ connectionString: notifications.config.NOTIFICATIONS_DATABASE_URL });
  await client.connect();
  try {
    await until(async () => {
      const { rowCount } = await client.query('SELECT 1 FROM recipients WHERE email = $1', [email]);
      return rowCount === 1;
    });
  } finally {
    await client.end();
  }
}

describe('mail', () => {
  it('informs a customer about each step of an order, once per event however often the event arrives', async () => {
    const order = orderData();
    const story = [
      registered(),
      orderPlaced(order),
      paid(order),
      orderMoved('order.shipped', order),
      orderMoved('order.delivered', order),
    ];
    await notifications.bus.publish([...story, ...story, ...story]);
    await until(async () => (await notifications.mails()).length === story.length);
    expect((await kindsOf('carl')).sort()).toEqual([
      'ORDER_DELIVERED',
      'ORDER_PAID',
      'ORDER_PLACED',
      'ORDER_SHIPPED',
      'WELCOME',
    ]);
    const placed = (await notifications.mails()).find((mail) =>
      mail.includes('We have received your order'),
    )!;
    expect(placed).toContain('To: carl@example.com');
    expect(placed).toContain('Content-Type: text/plain');
    expect(placed).toContain('Content-Type: text/html');
    expect(placed).toContain('179.00');
    expect(placed).toContain('Carl &lt;Customer&gt;');
  });

  it('waits for a customer or an order that is not known yet', async () => {
    const order = orderData();
    await notifications.bus.publish([paid(order)]);
    await notifications.bus.publish([orderPlaced(order), registered()]);
    await until(async () => (await kindsOf('carl')).includes('ORDER_PAID'), { timeoutMs: 20_000 });
  });

  it('is sent to the current address of a person', async () => {
    // Created first, so that it is not newer than the change of address.
    const joined = registered();
    const moved = createEvent('user.updated', {
      aggregateId: 'carl',
      data: { ...person(), email: 'carl@new.example' },
    });
    await notifications.bus.publish([joined, moved]);
    // Events of people and of orders are independent; either could arrive first.
    await untilRecipientIs('carl@new.example');
    await notifications.bus.publish([orderPlaced()]);
    await until(async () =>
      (await notifications.mails()).some((mail) => mail.includes('To: carl@new.example')),
    );
  });

  it('does not keep links that work like a password', async () => {
    const data = {
      ...person(),
      token: 'very-secret-token',
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    };
    await notifications.bus.publish([
      registered(),
      createEvent('user.password_reset_requested', { aggregateId: 'carl', data }),
    ]);
    await until(async () => (await notifications.mails()).some((mail) => mail.includes('very-secret-token')));
    const all = await until(async () => {
      const { data: list } = await notifications.ask(
        '{ notifications { nodes { kind status text } } }',
        {},
        admin,
      );
      return (
        list.notifications.nodes.every(({ status }: { status: string }) => status === 'SENT') &&
        list.notifications.nodes
      );
    });
    expect(JSON.stringify(all)).toContain('PASSWORD_RESET');
    expect(JSON.stringify(all)).not.toContain('very-secret-token');
  });

  it('is shown only to the person who received it', async () => {
    await notifications.bus.publish([registered(), registered('dora')]);
    await until(async () => (await notifications.mails()).length === 2);
    expect(await kindsOf('carl')).toEqual(['WELCOME']);
    expect(
      (await listOf('carl', userIdentity('dora'))).errors?.map(({ extensions }) => extensions?.code),
    ).toEqual(['FORBIDDEN']);
    expect(
      (await notifications.ask('{ notifications { totalCount } }', {}, userIdentity('dora'))).errors?.[0]
        ?.extensions?.code,
    ).toBe('FORBIDDEN');
  });

  it('is paged newest first', async () => {
    await notifications.bus.publish(Array.from({ length: 5 }, (_, n) => registered(`user-${n}`)));
    await until(async () => (await notifications.mails()).length === 5);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query =
        'query ($after: String) { notifications(first: 2, after: $after) { nodes { to } pageInfo { hasNextPage endCursor } totalCount } }';
      const page: {
        nodes: { to: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
        totalCount: number;
      } = (await notifications.ask(query, { after }, admin)).data.notifications;
      expect(page.totalCount).toBe(5);
      seen.push(...page.nodes.map(({ to }) => to));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after);
    expect(new Set(seen).size).toBe(5);
  });
});
