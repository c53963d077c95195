import { describe, expect, it } from '@jest/globals';
import { Refusal } from '@cartograph/kit';
import type { ActorType } from './order.js';
import {
  allowedTransitions,
  canFollow,
  checkTransitions,
  isFinal,
  ORDER_STATUSES,
  requireTransition,
  TRANSITIONS,
  type OrderStatus,
  type Transition,
} from './order-state.js';

const ACTORS: ActorType[] = ['CUSTOMER', 'ADMIN', 'SYSTEM'];

describe('the transition table', () => {
  it('matches the design', () => {
    expect(TRANSITIONS.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'PENDING → PROCESSING',
      'PENDING → CANCELLED',
      'PROCESSING → SHIPPED',
      'PROCESSING → CANCELLED',
      'SHIPPED → DELIVERED',
    ]);
    expect(ORDER_STATUSES.filter(isFinal)).toEqual(['DELIVERED', 'CANCELLED']);
  });

  it('passes its own check', () => {
    expect(() => checkTransitions(TRANSITIONS)).not.toThrow();
  });

  const step = (from: string, to: string, by: ActorType[] = ['ADMIN']) => ({ from, to, by }) as Transition;
  const without = (to: string) => TRANSITIONS.filter((transition) => transition.to !== to);

  it.each([
    ['an unknown status', [...TRANSITIONS, step('SHIPPED', 'LOST')], 'unknown status LOST'],
    ['an unreachable status', without('SHIPPED'), 'SHIPPED cannot be reached from PENDING'],
    [
      'a status that leads to no final status',
      [...without('DELIVERED'), step('SHIPPED', 'DELIVERED'), step('DELIVERED', 'SHIPPED')],
      'SHIPPED leads to no final status',
    ],
    ['a duplicate transition', [...TRANSITIONS, step('PENDING', 'CANCELLED')], 'is listed twice'],
    [
      'a transition without an actor',
      [...without('DELIVERED'), step('SHIPPED', 'DELIVERED', [])],
      'has no actor',
    ],
    ['a transition to itself', [...TRANSITIONS, step('PENDING', 'PENDING')], 'does not change the status'],
  ])('is refused at start with %s', (_, table, fault) => {
    expect(() => checkTransitions(table)).toThrow(fault);
  });

  it('names all its faults at once', () => {
    expect(() => checkTransitions([step('PENDING', 'LOST', [])])).toThrow(
      /unknown status.*no actor.*PROCESSING/,
    );
  });
});

describe('a transition requested by a person', () => {
  it('is refused exactly when the table does not allow it', () => {
    for (const from of ORDER_STATUSES)
      for (const to of ORDER_STATUSES)
        for (const actor of ACTORS) {
          const isAllowed = TRANSITIONS.some((t) => t.from === from && t.to === to && t.by.includes(actor));
          const ask = () => requireTransition(from, to, actor, ['status']);
          if (isAllowed) expect(ask).not.toThrow();
          else expect(ask).toThrow(Refusal);
        }
  });

  it.each<[OrderStatus, OrderStatus, ActorType, string]>([
    ['PENDING', 'SHIPPED', 'ADMIN', 'cannot become SHIPPED; it can become PROCESSING or CANCELLED.'],
    ['PROCESSING', 'PROCESSING', 'ADMIN', 'is already PROCESSING; it can become SHIPPED or CANCELLED.'],
    ['SHIPPED', 'CANCELLED', 'CUSTOMER', 'An order that is SHIPPED cannot become CANCELLED.'],
    ['DELIVERED', 'CANCELLED', 'ADMIN', 'An order that is DELIVERED cannot become CANCELLED.'],
  ])('from %s to %s by %s names the allowed transitions', (from, to, actor, message) => {
    expect(() => requireTransition(from, to, actor, ['status'])).toThrow(message);
  });

  it('shows customers only their own options', () => {
    expect(allowedTransitions('PENDING', 'CUSTOMER')).toEqual(['CANCELLED']);
    expect(allowedTransitions('PENDING', 'ADMIN')).toEqual(['PROCESSING', 'CANCELLED']);
    expect(allowedTransitions('SHIPPED', 'CUSTOMER')).toEqual([]);
  });
});

describe('a transition requested by an event', () => {
  it('is ignored if it is not possible or was already made', () => {
    expect(canFollow('PENDING', 'PROCESSING')).toBe(true);
    expect(canFollow('PENDING', 'CANCELLED')).toBe(true);
    for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const) {
      expect(canFollow(status, 'PROCESSING')).toBe(false);
      expect(canFollow(status, 'CANCELLED')).toBe(false);
    }
  });
});
