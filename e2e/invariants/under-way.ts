import { CONSUMES, eventsByAggregate, type Evidence } from './evidence.js';

/**
 * What is still going on, as sentences. If nothing is lost, the list becomes empty. What stays in it is an event that was not
 * published or not handled, or work that no process carries out.
 */
export function findUnderWay(evidence: Evidence): string[] {
  const { orders, history, openCheckouts, outboxes, events, handled } = evidence;
  const sentences = openCheckouts.map(
    ({ order_id, state }) => `The checkout of order ${order_id} is ${state}`,
  );
  for (const [service, count] of outboxes)
    if (count > 0) sentences.push(`The outbox of ${service} holds ${count}`);

  const heard = eventsByAggregate(evidence);
  for (const { id, is_overdue, sequence } of orders) {
    if (is_overdue) sentences.push(`Order ${id} was not paid in time and is not cancelled yet`);
    const types = new Set(
      (heard.get(id) ?? []).filter(({ type }) => type.startsWith('order.')).map((event) => event.type),
    );
    for (const { type, previous_status, status } of history.get(id) ?? []) {
      const moved = previous_status !== status && !types.has(`order.${type.toLowerCase()}` as never);
      if (moved)
        sentences.push(`${type} of order ${id} (it has ${sequence} events) was not heard on the bus`);
    }
  }
  for (const [consumer, wants] of Object.entries(CONSUMES)) {
    const done = handled.get(consumer)!;
    for (const { id, type, aggregateId } of events.values())
      if (wants(type) && !done.has(consumer === 'cart' ? aggregateId : id))
        sentences.push(`${consumer} has not handled ${type} ${id} of ${aggregateId}`);
  }
  return [...sentences, ...findStockUnderWay(evidence), ...findWork(evidence)];
}

function findStockUnderWay({ holds, events }: Evidence): string[] {
  const sentences = [...holds.values()]
    .filter(({ state }) => state.endsWith('ING'))
    .map(({ _id, state }) => `The stock of order ${_id} is ${state}`);
  for (const { type, aggregateId } of events.values()) {
    const state = holds.get(aggregateId)?.state;
    if (type === 'order.shipped' && state !== 'COMMITTED')
      sentences.push(`Order ${aggregateId} was shipped, its stock is ${state}`);
    if (type === 'order.cancelled' && state !== 'RELEASED')
      sentences.push(`Order ${aggregateId} was cancelled, its stock is ${state}`);
  }
  return sentences;
}

function findWork({ attempts, refunds, notifications, deliveries }: Evidence): string[] {
  return [
    ...attempts
      .filter(({ status }) => status === 'PENDING' || status === 'IN_DOUBT')
      .map(({ id, status }) => `Attempt ${id} of a payment is ${status}`),
    ...refunds.filter(({ status }) => status === 'PENDING').map(({ id }) => `Refund ${id} is not made`),
    ...notifications
      .filter(({ status }) => status === 'PENDING')
      .map(({ id, kind }) => `Mail ${id} (${kind}) is not sent`),
    ...deliveries
      .filter(({ status }) => status === 'PENDING')
      .map(
        ({ event_id, attempts, due_at }) =>
          `Event ${event_id} is not delivered to a webhook: ${attempts} attempts, the next at ${due_at?.toISOString()}`,
      ),
  ];
}
