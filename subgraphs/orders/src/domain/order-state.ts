import { Refusal } from '@cartograph/kit';
import type { ActorType } from './order.js';

export const ORDER_STATUSES = ['PENDING', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const INITIAL_STATUS: OrderStatus = 'PENDING';

export interface Transition {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly by: readonly ActorType[];
}

/** Every move an order can make, and who may make it. Nothing else decides this. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'PENDING', to: 'PROCESSING', by: ['ADMIN', 'SYSTEM'] },
  { from: 'PENDING', to: 'CANCELLED', by: ['CUSTOMER', 'ADMIN', 'SYSTEM'] },
  { from: 'PROCESSING', to: 'SHIPPED', by: ['ADMIN'] },
  { from: 'PROCESSING', to: 'CANCELLED', by: ['CUSTOMER', 'ADMIN'] },
  { from: 'SHIPPED', to: 'DELIVERED', by: ['ADMIN'] },
];

/**
 * Checked when the service starts, so that a slip in the table cannot strand an order.
 * @throws Error naming every unknown, doubled, actorless, unreachable or dead-end entry.
 */
export function checkTransitions(table: readonly Transition[], statuses: readonly string[] = ORDER_STATUSES) {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { from, to, by } of table) {
    const name = `${from} → ${to}`;
    for (const status of [from, to])
      if (!statuses.includes(status)) faults.push(`${name}: unknown status ${status}`);
    if (from === to) faults.push(`${name} goes nowhere`);
    if (by.length === 0) faults.push(`${name} can be made by nobody`);
    if (seen.has(name)) faults.push(`${name} stands twice`);
    seen.add(name);
  }
  const reach = (start: string) => {
    const reached = new Set([start]);
    for (const status of reached) for (const { from, to } of table) if (from === status) reached.add(to);
    return reached;
  };
  const fromStart = reach(INITIAL_STATUS);
  for (const status of statuses) {
    if (!fromStart.has(status)) faults.push(`${status} cannot be reached from ${INITIAL_STATUS}`);
    if (![...reach(status)].some((end) => !table.some(({ from }) => from === end)))
      faults.push(`${status} leads to no final status`);
  }
  if (faults.length > 0) throw new Error(`The order transition table is wrong: ${faults.join('; ')}.`);
}

/** Whether nothing can follow: its streams end. */
export function isFinal(status: OrderStatus): boolean {
  return !TRANSITIONS.some(({ from }) => from === status);
}

/** Where an order can go from `status`; with `actor`, where that one may move it. */
export function allowedTransitions(status: OrderStatus, actor?: ActorType): OrderStatus[] {
  return TRANSITIONS.filter(({ from, by }) => from === status && (!actor || by.includes(actor))).map(
    ({ to }) => to,
  );
}

/**
 * For what events and deadlines ask for: they may come twice or late, so what is no longer possible is passed over.
 * @returns whether to make the move
 */
export function canFollow(status: OrderStatus, to: OrderStatus): boolean {
  return allowedTransitions(status, 'SYSTEM').includes(to);
}

/**
 * For what people ask for: they must hear why it does not happen.
 * @param field what the refusal is about
 * @throws Refusal INVALID_TRANSITION naming the moves they can make
 */
export function requireTransition(
  status: OrderStatus,
  to: OrderStatus,
  actor: ActorType,
  field: readonly string[],
): void {
  const allowed = allowedTransitions(status, actor);
  if (allowed.includes(to)) return;
  const instead = allowed.length > 0 ? `; from here it can become ${allowed.join(' or ')}` : '';
  const reason =
    status === to
      ? `The order is ${status} already`
      : `An order that is ${status} cannot become ${to}${isFinal(status) ? ' any more' : ''}`;
  throw new Refusal('INVALID_TRANSITION', `${reason}${instead}.`, field);
}
