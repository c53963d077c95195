import { Refusal } from '@cartograph/kit/refusal';
import type { ActorType } from './actor-type.js';

export const ORDER_STATUSES = ['PENDING', 'PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const INITIAL_STATUS: OrderStatus = 'PENDING';

export interface Transition {
  readonly from: OrderStatus;
  readonly to: OrderStatus;
  readonly by: readonly ActorType[];
}

/** Every move of an order, and who may make it. This is the only place that decides it. */
export const TRANSITIONS: readonly Transition[] = [
  { from: 'PENDING', to: 'PROCESSING', by: ['ADMIN', 'SYSTEM'] },
  { from: 'PENDING', to: 'CANCELLED', by: ['CUSTOMER', 'ADMIN', 'SYSTEM'] },
  { from: 'PROCESSING', to: 'SHIPPED', by: ['ADMIN'] },
  { from: 'PROCESSING', to: 'CANCELLED', by: ['CUSTOMER', 'ADMIN'] },
  { from: 'SHIPPED', to: 'DELIVERED', by: ['ADMIN'] },
];

/**
 * Checked when the service starts, so that a mistake in the table cannot leave an order stuck.
 * @throws Error naming every unknown, duplicate, actorless, unreachable or dead-end entry
 */
export function checkTransitions(table: readonly Transition[], statuses: readonly string[] = ORDER_STATUSES) {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const { from, to, by } of table) {
    const name = `${from} → ${to}`;
    for (const status of [from, to])
      if (!statuses.includes(status)) faults.push(`${name}: unknown status ${status}`);
    if (from === to) faults.push(`${name} does not change the status`);
    if (by.length === 0) faults.push(`${name} has no actor`);
    if (seen.has(name)) faults.push(`${name} is listed twice`);
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
  if (faults.length > 0) throw new Error(`Invalid order transition table: ${faults.join('; ')}.`);
}

/** Whether the order can no longer move; its event streams then end. */
export function isFinal(status: OrderStatus): boolean {
  return !TRANSITIONS.some(({ from }) => from === status);
}

/** The statuses that an order can move to from `status`; with `actor`, those that this actor may choose. */
export function allowedTransitions(status: OrderStatus, actor?: ActorType): OrderStatus[] {
  return TRANSITIONS.filter(({ from, by }) => from === status && (!actor || by.includes(actor))).map(
    ({ to }) => to,
  );
}

/**
 * For events and deadlines, which may arrive twice or late: a move that is no longer possible is ignored.
 * @returns whether to make the move
 */
export function canFollow(status: OrderStatus, to: OrderStatus): boolean {
  return allowedTransitions(status, 'SYSTEM').includes(to);
}

/**
 * For people, who must learn why a move is refused.
 * @param field the input field that the refusal names
 * @throws Refusal INVALID_TRANSITION naming the moves that the actor can make
 */
export function requireTransition(
  status: OrderStatus,
  to: OrderStatus,
  actor: ActorType,
  field: readonly string[],
): void {
  const allowed = allowedTransitions(status, actor);
  if (allowed.includes(to)) return;
  const reason =
    status === to ? `The order is already ${status}` : `An order that is ${status} cannot become ${to}`;
  const instead = allowed.length > 0 ? `; it can become ${allowed.join(' or ')}` : '';
  throw new Refusal('INVALID_TRANSITION', `${reason}${instead}.`, field);
}
