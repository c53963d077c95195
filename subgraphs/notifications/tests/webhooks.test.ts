import { createBus, PermanentFailure } from '@cartograph/events';
import { createLogger } from '@cartograph/kit';
import { until, userIdentity } from '@cartograph/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import {
  admin,
  orderData,
  orderMoved,
  orderPlaced,
  registered,
  startNotifications,
  startReceiver,
  type Harness,
  type Receiver,
} from './support.js';

let notifications: Harness;
let receiver: Receiver | undefined;
beforeAll(async () => {
  notifications = await startNotifications();
});
afterEach(async () => {
  // They must not receive the events of the next test.
  const { webhooks } = (await notifications.ask('{ webhooks { id } }', {}, admin)).data;
  for (const { id } of webhooks) await notifications.ask(DELETE, { id }, admin);
  await receiver?.close();
  receiver = undefined;
});
afterAll(() => notifications?.close());

const CREATE = `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id url } secret userErrors { code field message } } }`;
const DELETE = `mutation ($id: ID!) { deleteWebhook(input: { webhookId: $id }) { deletedWebhookId userErrors { code } } }`;
const SHOW = `query ($id: ID!) { webhook(id: $id) { isActive disabledReason deliveries { nodes { id eventId status nextAttemptAt attempts { number statusCode error responseBody } } } } }`;

async function create(url: string, eventTypes = ['order.placed']): Promise<{ id: string; secret: string }> {
  const { webhook, secret, userErrors } = (
    await notifications.ask(CREATE, { input: { url, eventTypes } }, admin)
  ).data.createWebhook;
  expect(userErrors).toEqual([]);
  return { id: webhook.id, secret };
}
const show = async (id: string) => (await notifications.ask(SHOW, { id }, admin)).data.webhook;
const deliveriesOf = async (id: string) => (await show(id)).deliveries.nodes;

describe('webhooks', () => {
  it('deliver each event once, signed as specified, without private data', async () => {
    receiver = await startReceiver(() => ({ status: 204 }));
    const { secret, id } = await create(receiver.url);
    const event = orderPlaced();
    await notifications.bus.publish([registered(), event, event, event]);
    await until(async () => (await deliveriesOf(id))[0]?.status === 'SUCCEEDED');
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    expect(headers['webhook-id']).toBe(event.id);
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({
      type: 'order.placed',
      data: { number: 'CG-7F3K-2Q9M' },
    });
    expect(body).not.toContain('tok_secret');
    expect(body).not.toContain('Harbour Street');
    expect(body).not.toContain('cartId');
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it('sign with every secret of the last day', async () => {
    receiver = await startReceiver(() => ({ status: 200 }));
    const { id, secret: first } = await create(receiver.url);
    const rotate =
      'mutation ($id: ID!) { rotateWebhookSecret(input: { webhookId: $id }) { secret userErrors { code } } }';
    const secrets = [first];
    for (let times = 0; times < 3; times++)
      secrets.push((await notifications.ask(rotate, { id }, admin)).data.rotateWebhookSecret.secret);
    expect(new Set(secrets).size).toBe(4);
    await notifications.bus.publish([registered(), orderPlaced()]);
    await until(() => receiver!.received.length === 1);
    const [{ headers, body }] = receiver.received as [(typeof receiver.received)[0]];
    for (const each of secrets) new Webhook(each).verify(body, headers as Record<string, string>);
  });

  it('retry until the receiver accepts the event, and log every attempt', async () => {
    receiver = await startReceiver((n) => ({ status: n < 3 ? 500 : 200 }));
    const { id } = await create(receiver.url);
    await notifications.bus.publish([registered(), orderPlaced()]);
    const [delivery] = await until(async () => {
      const found = await deliveriesOf(id);
      return found[0]?.status === 'SUCCEEDED' && found;
    });
    expect(delivery.attempts.map(({ statusCode }: { statusCode: number }) => statusCode)).toEqual([
      500, 500, 200,
    ]);
    expect(delivery.attempts[2]).toMatchObject({ number: 3, responseBody: 'noted', error: null });
    expect(delivery.nextAttemptAt).toBeNull();
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('wait as long as the receiver requests', async () => {
    receiver = await startReceiver(() => ({ status: 429, headers: { 'retry-after': '3600' } }));
    const { id } = await create(receiver.url);
    await notifications.bus.publish([registered(), orderPlaced()]);
    // Until the result of an attempt is logged, nextAttemptAt is the end of its claim.
    const delivery = await until(async () => {
      const [found] = await deliveriesOf(id);
      return found?.attempts.length === 1 && Date.parse(found.nextAttemptAt) > Date.now() + 60_000 && found;
    });
    expect(Date.parse(delivery.nextAttemptAt)).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it('give up on a receiver that hangs or redirects, disable it and inform staff once', async () => {
    receiver = await startReceiver((n) =>
      n === 1 ? 'hang' : { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    );
    const { id } = await create(receiver.url);
    await notifications.bus.publish([registered(), orderPlaced()]);
    const webhook = await until(async () => {
      const found = await show(id);
      return !found.isActive && found;
    });
    expect(webhook.disabledReason).toContain('failed 10 times in a row');
    expect(webhook.deliveries.nodes[0].status).toBe('FAILED');
    expect(webhook.deliveries.nodes[0].attempts[0]).toMatchObject({
      statusCode: null,
      error: expect.stringContaining('No response within'),
    });
    await until(
      async () =>
        (await notifications.mails()).filter((mail) => mail.includes('Subject: A webhook was disabled'))
          .length === 1,
    );

    const redeliver = `mutation { redeliverWebhook(input: { deliveryId: "${webhook.deliveries.nodes[0].id}" }) { delivery { status } userErrors { code } } }`;
    expect((await notifications.ask(redeliver, {}, admin)).data.redeliverWebhook.userErrors).toEqual([
      { code: 'INVALID_INPUT' },
    ]);
    await notifications.ask(
      `mutation { setWebhookActive(input: { webhookId: "${id}", isActive: true }) { userErrors { code } } }`,
      {},
      admin,
    );
    const before = receiver.received.length;
    expect((await notifications.ask(redeliver, {}, admin)).data.redeliverWebhook.userErrors).toEqual([]);
    await until(
      async () => (await deliveriesOf(id))[0].status === 'FAILED' && receiver!.received.length === before + 1,
    );
    expect((await show(id)).isActive).toBe(true);
  }, 60_000);

  it('are disabled immediately by a receiver that responds with 410', async () => {
    receiver = await startReceiver(() => ({ status: 410 }));
    const { id } = await create(receiver.url);
    await notifications.bus.publish([registered(), orderPlaced(), orderPlaced()]);
    await until(async () => !(await show(id)).isActive);
    expect((await show(id)).disabledReason).toContain('410');
    await until(async () =>
      (await deliveriesOf(id)).every(({ status }: { status: string }) => status === 'FAILED'),
    );
  });

  it('are refused with all errors at once', async () => {
    const { webhook, secret, userErrors } = (
      await notifications.ask(
        CREATE,
        { input: { url: 'gopher://x', eventTypes: ['user.registered', 'order.placed'] } },
        admin,
      )
    ).data.createWebhook;
    expect([webhook, secret]).toEqual([null, null]);
    expect(userErrors.map(({ code, field }: { code: string; field: string[] }) => [code, field[0]])).toEqual([
      ['WEBHOOK_URL_REFUSED', 'url'],
      ['INVALID_INPUT', 'eventTypes'],
    ]);
    for (const operation of ['deleteWebhook', 'rotateWebhookSecret']) {
      const answer = await notifications.ask(
        `mutation { ${operation}(input: { webhookId: "nonsense" }) { userErrors { code } } }`,
        {},
        admin,
      );
      expect(answer.data[operation].userErrors).toEqual([{ code: 'NOT_FOUND' }]);
    }
    expect(
      (await notifications.ask('{ webhooks { id } }', {}, userIdentity('carl'))).errors?.[0]?.extensions
        ?.code,
    ).toBe('FORBIDDEN');
  });

  it('can be deleted with their delivery log', async () => {
    receiver = await startReceiver(() => ({ status: 200 }));
    const { id } = await create(receiver.url);
    await notifications.bus.publish([registered(), orderPlaced()]);
    await until(async () => (await deliveriesOf(id))[0]?.status === 'SUCCEEDED');
    const answer = await notifications.ask(DELETE, { id }, admin);
    expect(answer.data.deleteWebhook).toEqual({ deletedWebhookId: id, userErrors: [] });
    expect(await show(id)).toBeNull();
  });
});

describe('dead letters', () => {
  it('can be listed and replayed by staff', async () => {
    const bus = createBus({
      redisUrl: notifications.config.REDIS_URL,
      logger: createLogger('test', 'silent'),
    });
    try {
      let isBroken = true;
      const handled: string[] = [];
      // No other test of this file has published this type.
      await bus.subscribe({
        consumer: 'picky',
        types: ['order.delivered'],
        handle: async ({ id }) => {
          if (isBroken) throw new PermanentFailure('cannot read this');
          handled.push(id);
        },
      });
      const event = orderMoved('order.delivered', orderData());
      await bus.publish([registered(), event]);
      const list = () =>
        notifications.ask('{ deadLetters { id consumer eventType reason attempts } }', {}, admin);
      const [letter] = await until(async () => {
        const { deadLetters } = (await list()).data;
        return deadLetters.length > 0 && deadLetters;
      });
      expect(letter).toMatchObject({
        consumer: 'picky',
        eventType: 'order.delivered',
        reason: expect.stringContaining('cannot read this'),
      });
      isBroken = false;
      const replay =
        'mutation ($id: ID!) { replayDeadLetter(input: { id: $id }) { replayedId userErrors { code } } }';
      expect((await notifications.ask(replay, { id: letter.id }, admin)).data.replayDeadLetter).toEqual({
        replayedId: letter.id,
        userErrors: [],
      });
      await until(() => handled.length === 1);
      expect(handled).toEqual([event.id]);
      expect(
        (await notifications.ask(replay, { id: letter.id }, admin)).data.replayDeadLetter.userErrors,
      ).toEqual([{ code: 'NOT_FOUND' }]);
    } finally {
      await bus.close();
    }
  });
});
