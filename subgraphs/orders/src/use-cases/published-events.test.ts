import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addNote, createOrder, moveOrder, type OrderChange } from '../domain/order-change.js';
import { canFollow, isFinal, ORDER_STATUSES, requireTransition, TRANSITIONS } from '../domain/order-state.js';
import { SYSTEM, type ActorType, type OrderDraft } from '../domain/order.js';
import { eventsOf } from './published-events.js';

const draft: OrderDraft = {
  id: '0190b0c0-0000-7000-8000-000000000001',
  customerId: 'carl',
  items: [{ productId: 'p', sku: 's', name: 'n', quantity: 2, unitPrice: { minor: 5, currency: 'EUR' } }],
  total: { minor: 10, currency: 'EUR' },
  shippingAddress: {
    name: 'a',
    line1: 'b',
    line2: null,
    city: 'c',
    region: null,
    postalCode: 'd',
    country: 'DE',
  },
  cartId: null,
};
const T0 = new Date('2026-01-01T00:00:00Z');
const later = (ms: number) => new Date(T0.getTime() + ms);
const place = () => createOrder(draft, { number: 'CG-0000-0000', reservedUntil: later(900_000), now: T0 });

describe('an order', () => {
  it('keeps its history and its events consistent through any sequence of changes', () => {
    const actors = fc.constantFrom<ActorType>('CUSTOMER', 'ADMIN', 'SYSTEM');
    const action = fc.oneof(
      fc.record({
        kind: fc.constant('person' as const),
        to: fc.constantFrom(...ORDER_STATUSES),
        actor: actors,
      }),
      fc.record({ kind: fc.constant('event' as const), to: fc.constantFrom('PROCESSING', 'CANCELLED') }),
      fc.record({ kind: fc.constant('note' as const) }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
        const changes: OrderChange[] = [place()];
        for (const [step, done] of actions.entries()) {
          const { order } = changes.at(-1)!;
          const by = { actor: SYSTEM, note: null, now: later(step + 1) };
          if (done.kind === 'note') changes.push(addNote(order, 'PAYMENT_FAILED', by));
          else if (done.kind === 'event') {
            const to = done.to as 'PROCESSING' | 'CANCELLED';
            if (canFollow(order.status, to)) changes.push(moveOrder(order, to, by));
          } else {
            try {
              requireTransition(order.status, done.to, done.actor, []);
            } catch {
              continue;
            }
            changes.push(moveOrder(order, done.to as 'SHIPPED', by));
          }
        }
        for (const [index, { order, entry }] of changes.entries()) {
          const before = changes[index - 1]?.order;
          expect(entry.status).toBe(order.status);
          expect(entry.previousStatus).toBe(before?.status ?? null);
          if (!before || before.status === order.status) continue;
          expect(TRANSITIONS).toContainEqual(
            expect.objectContaining({ from: before.status, to: order.status }),
          );
          expect(isFinal(before.status)).toBe(false);
        }
        const events = changes.flatMap((change) => eventsOf(change, { traceparent: null }));
        expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
        expect(events).toHaveLength(changes.at(-1)!.order.sequence);
        expect(events.at(-1)!.type).toBe(
          changes.at(-1)!.order.status === 'PENDING'
            ? 'order.placed'
            : `order.${changes.at(-1)!.order.status.toLowerCase()}`,
        );
      }),
    );
  });
});
