import { newId, systemClock } from '@cartograph/kit';
import { createTestDatabase } from '@cartograph/testing';
import { randomInt } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { createOrder, moveOrder } from '../../src/domain/order-change.js';
import type { Order, OrderDraft } from '../../src/domain/order.js';
import { createOrderNumber } from '../../src/domain/order-number.js';
import type { OrderStatus } from '../../src/domain/order-state.js';
import { CONSUMER } from '../../src/events.js';
import { ordersDatabase } from '../../src/store/database.js';
import type { OpenCheckout, OrdersStore, StoredChange } from '../../src/store/store.js';
import { createOrdersStore } from '../../src/store/typeorm-store.js';

export interface TestStore {
  readonly url: string;
  readonly database: DataSource;
  readonly store: OrdersStore;
  close(): Promise<void>;
}

/** Opens the real store on its own empty database. */
export async function openTestStore(): Promise<TestStore> {
  const { url, drop } = await createTestDatabase();
  const { handle: database, migrate, close } = await ordersDatabase.connect(url, { poolSize: 10 });
  await migrate();
  return {
    url,
    database,
    store: createOrdersStore({ database, clock: systemClock, newId, consumer: CONSUMER, leaseMs: 1_000 }),
    async close() {
      await close();
      await drop();
    },
  };
}

export const draftOf = (customerId: string): OrderDraft => ({
  id: newId(),
  customerId,
  items: [{ productId: 'p', sku: 's', name: 'Tea', quantity: 1, unitPrice: { minor: 100, currency: 'EUR' } }],
  total: { minor: 100, currency: 'EUR' },
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
});

const newTestNumber = () => createOrderNumber((below) => randomInt(below));

/** Places the order of a checkout without publishing events; undefined if the lease was lost. */
export function completeTestCheckout(
  store: OrdersStore,
  open: OpenCheckout,
  newNumber = newTestNumber,
): Promise<StoredChange | undefined> {
  const now = new Date();
  return store.completeCheckout(
    open,
    (number) => ({ ...createOrder(open.draft, { number, reservedUntil: now, now }), publish: [] }),
    newNumber,
  );
}

export async function placeTestOrder(
  store: OrdersStore,
  customerId = 'carl',
  newNumber = newTestNumber,
): Promise<StoredChange> {
  const draft = draftOf(customerId);
  const open = await store.startCheckout({
    draft,
    cartVersion: '1',
    idempotencyKey: draft.id,
    inputHash: 'hash',
    paymentToken: null,
  });
  return (await completeTestCheckout(store, open!, newNumber))!;
}

export async function moveTestOrder(
  store: OrdersStore,
  { id }: Pick<Order, 'id'>,
  to: Exclude<OrderStatus, 'PENDING'>,
): Promise<StoredChange> {
  const by = { actor: { type: 'ADMIN', userId: 'ada' } as const, note: null, now: new Date() };
  const stored = await store.changeOrder(id, (order) => ({ ...moveOrder(order, to, by), publish: [] }));
  return stored!;
}
