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
  it('is the one of the design', () => {
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
    ['a status nothing leads to', without('SHIPPED'), 'SHIPPED cannot be reached from PENDING'],
    [
      'a status that leads to no end',
      [...without('DELIVERED'), step('SHIPPED', 'DELIVERED'), step('DELIVERED', 'SHIPPED')],
      'SHIPPED leads to no final status',
    ],
    ['a transition that stands twice', [...TRANSITIONS, step('PENDING', 'CANCELLED')], 'stands twice'],
    [
      'a transition nobody can make',
      [...without('DELIVERED'), step('SHIPPED', 'DELIVERED', [])],
      'by nobody',
    ],
    ['a transition to itself', [...TRANSITIONS, step('PENDING', 'PENDING')], 'goes nowhere'],
  ])('is refused at start with %s', (_, table, fault) => {
    expect(() => checkTransitions(table)).toThrow(fault);
  });

  it('names all its faults at once', () => {
    expect(() => checkTransitions([step('PENDING', 'LOST', [])])).toThrow(
      /unknown status.*nobody.*PROCESSING/,
    );
  });
});

describe('a transition asked for by a person', () => {
  it('is refused aloud wherever the table does not allow it, and nowhere else', () => {
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
    [
      'PENDING',
      'SHIPPED',
      'ADMIN',
      'cannot become SHIPPED; from here it can become PROCESSING or CANCELLED.',
    ],
    [
      'PROCESSING',
      'PROCESSING',
      'ADMIN',
      'is PROCESSING already; from here it can become SHIPPED or CANCELLED.',
    ],
    ['SHIPPED', 'CANCELLED', 'CUSTOMER', 'An order that is SHIPPED cannot become CANCELLED.'],
    ['DELIVERED', 'CANCELLED', 'ADMIN', 'An order that is DELIVERED cannot become CANCELLED any more.'],
  ])('from %s to %s by %s says what can be done instead', (from, to, actor, message) => {
    expect(() => requireTransition(from, to, actor, ['status'])).toThrow(message);
  });

  it('shows customers only what they can do themselves', () => {
    expect(allowedTransitions('PENDING', 'CUSTOMER')).toEqual(['CANCELLED']);
    expect(allowedTransitions('PENDING', 'ADMIN')).toEqual(['PROCESSING', 'CANCELLED']);
    expect(allowedTransitions('SHIPPED', 'CUSTOMER')).toEqual([]);
  });
});

describe('a transition asked for by an event', () => {
  it('is passed over in silence where it is not possible or was made already', () => {
    expect(canFollow('PENDING', 'PROCESSING')).toBe(true);
    expect(canFollow('PENDING', 'CANCELLED')).toBe(true);
    for (const status of ['PROCESSING', 'SHIPPED', 'DELIVERED', 'CANCELLED'] as const) {
      expect(canFollow(status, 'PROCESSING')).toBe(false);
      expect(canFollow(status, 'CANCELLED')).toBe(false);
    }
  });
});
