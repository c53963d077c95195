import { eventsByAggregate, type Evidence } from './evidence.js';

/** "Placing an order" of docs/architecture.md, written down a second time on purpose: an oracle must not use the code it judges. */
const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['PROCESSING', 'CANCELLED'],
  PROCESSING: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLED: [],
};

/** Every history is a walk through the transitions, and each of its steps was published once, under one id. */
export function findHistoryFaults(evidence: Evidence): string[] {
  const faults: string[] = [];
  const heard = eventsByAggregate(evidence);
  for (const { id, status, sequence } of evidence.orders) {
    const fault = (what: string) => faults.push(`History of order ${id}: ${what}`);
    const steps = (evidence.history.get(id) ?? []).filter(({ type }) => !type.startsWith('PAYMENT_'));
    const published = (heard.get(id) ?? []).filter(({ type }) => type.startsWith('order.'));
    if (steps[0]?.type !== 'PLACED' || steps[0].status !== 'PENDING')
      fault(`begins with ${steps[0]?.type ?? 'nothing'}, expected PLACED`);
    for (const [index, step] of steps.entries()) {
      const before = index === 0 ? null : steps[index - 1]!.status;
      if (step.previous_status !== before)
        fault(`${step.type} comes after ${step.previous_status}, the entry before it is ${before}`);
      if (before !== null && !TRANSITIONS[before]?.includes(step.status))
        fault(`goes from ${before} to ${step.status}`);
      const ids = published.filter((event) => event.sequence === index + 1);
      if (ids.length !== 1 || ids[0]!.type !== `order.${step.type.toLowerCase()}`)
        fault(
          `${step.type} was published as ${ids.map(({ type, id }) => `${type} ${id}`).join(', ') || 'nothing'}`,
        );
    }
    if (steps.at(-1)?.status !== status)
      fault(`ends with ${steps.at(-1)?.status}, but the order is ${status}`);
    if (sequence !== steps.length || published.length !== steps.length)
      fault(`has ${steps.length} steps, ${published.length} events and the sequence ${sequence}`);
  }
  const known = new Set(evidence.orders.map(({ id }) => id));
  for (const { type, aggregateId } of evidence.events.values())
    if (type.startsWith('order.') && !known.has(aggregateId))
      faults.push(`${type} tells of order ${aggregateId}, which does not exist`);
  return faults;
}

/** A cart is ordered at most once per version, and every order says which cart it was made of. */
export function findCartFaults({ orders, orderedCarts }: Evidence): string[] {
  const faults: string[] = [];
  const orderOf = new Map<string, string>();
  for (const { order_id, cart_id, cart_version } of orderedCarts) {
    const version = `version ${cart_version} of cart ${cart_id}`;
    const other = orderOf.get(version);
    if (other) faults.push(`Orders ${other} and ${order_id} were both made of ${version}`);
    orderOf.set(version, order_id);
  }
  const withCart = new Set(orderedCarts.map(({ order_id }) => order_id));
  for (const { id } of orders)
    if (!withCart.has(id)) faults.push(`Order ${id} was made of no version of a cart`);
  return faults;
}

const STOCK_OF: Readonly<Record<string, string>> = {
  PENDING: 'RESERVED',
  PROCESSING: 'RESERVED',
  SHIPPED: 'COMMITTED',
  DELIVERED: 'COMMITTED',
  CANCELLED: 'RELEASED',
};

/** No order without its reservation or its cancellation, no reservation without its order, each counted once. */
export function findReservationFaults({ orders, holds, ledger }: Evidence): string[] {
  const faults: string[] = [];
  const known = new Set(orders.map(({ id }) => id));
  for (const { _id, state } of holds.values())
    if (state !== 'RELEASED' && !known.has(_id))
      faults.push(`Stock is ${state} for order ${_id}, which does not exist`);
  const moved = new Map<string, { reserved: number; sold: number; commits: number }>();
  for (const row of ledger) {
    if (row.availableAfter < 0)
      faults.push(`Product ${row.productId} once had ${row.availableAfter} available`);
    const key = `${row.orderId} ${row.productId}`;
    const sum = moved.get(key) ?? { reserved: 0, sold: 0, commits: 0 };
    sum.reserved += row.reserved;
    sum.sold += row.sold;
    sum.commits += row.type === 'COMMIT' ? 1 : 0;
    moved.set(key, sum);
  }
  for (const { id, status, items } of orders) {
    const state = holds.get(id)?.state;
    if (state !== STOCK_OF[status])
      faults.push(`Order ${id} is ${status}, its stock is ${state ?? 'unknown'}`);
    for (const { productId, quantity } of items) {
      const { reserved = 0, sold = 0, commits = 0 } = moved.get(`${id} ${productId}`) ?? {};
      const expected = {
        RESERVED: [quantity, 0, 0],
        COMMITTED: [0, quantity, 1],
        RELEASED: [0, 0, 0],
      }[STOCK_OF[status]!]!;
      if (String([reserved, sold, commits]) !== String(expected))
        faults.push(
          `Order ${id} is ${status} with ${quantity} of ${productId}: the ledger holds ${reserved} and sold ${sold} in ${commits} steps`,
        );
    }
  }
  return faults;
}
