import type { WebhookReceiver } from '../harness/webhook-receiver.js';
import type { Evidence } from '../invariants/evidence.js';
import type { Diary } from './load.js';

/** What was acknowledged is still there. */
export function findBrokenPromises(
  { placed, moved }: Pick<Diary, 'placed' | 'moved'>,
  { orders, history }: Pick<Evidence, 'orders' | 'history'>,
): string[] {
  const known = new Set(orders.map(({ id }) => id));
  return [
    ...[...placed].filter((id) => !known.has(id)).map((id) => `Order ${id} was acknowledged and is gone`),
    ...moved
      .filter(({ orderId, status }) => !history.get(orderId)?.some(({ type }) => type === status))
      .map(
        ({ orderId, status }) =>
          `Order ${orderId} was acknowledged as ${status}, its history has no such entry`,
      ),
  ];
}

/** Each event's message reached the receiver, under one id and with one body however often it came. */
export function findMessageFaults(
  { messages, forged }: Pick<WebhookReceiver, 'messages' | 'forged'>,
  eventTypes: readonly string[],
  { events, webhooks }: Pick<Evidence, 'events' | 'webhooks'>,
): string[] {
  const since = webhooks[0]!.created_at;
  const expected = [...events.values()].filter(
    ({ type, occurredAt }) => eventTypes.includes(type) && new Date(occurredAt) > since,
  );
  return [
    ...expected
      .filter(({ id }) => !messages.has(id))
      .map(({ id, type }) => `The receiver never got ${type} ${id}`),
    ...[...messages].flatMap(([id, { bodies }]) => [
      ...(bodies.size === 1 ? [] : [`Message ${id} came with ${bodies.size} different bodies`]),
      ...(events.has(id) ? [] : [`Message ${id} is about an event that was never published`]),
    ]),
    ...(forged === 0 ? [] : [`${forged} signatures did not fit`]),
  ];
}
