import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { createWorld, startOrders, type RunningOrders, type UserErrorData, type World } from './orders.js';

export interface CheckoutSuite {
  readonly world: World;
  readonly orders: RunningOrders;
  /** Gives a customer's cart these lines. */
  fill(userId: string, ...lines: [productId: string, quantity: number][]): void;
  counts(): Promise<{ orders: number; checkouts: number; events: number }>;
}

/** Starts orders once for all tests of a file. Each test finds no orders, no carts, and two products: tea and a pot. */
export function useCheckoutSuite(): CheckoutSuite {
  let world: World;
  let orders: RunningOrders;
  beforeAll(async () => {
    world = await createWorld();
    orders = await startOrders(world);
  });
  afterAll(async () => {
    await orders.close();
    await world.close();
  });
  beforeEach(async () => {
    const { products, carts, claims, coupons, redemptions, reservations } = world.standIns;
    products.set('tea', { name: 'Green tea', price: '4.50', available: 100 });
    products.set('pot', { name: 'Tea pot', price: '29.00', available: 3 });
    reservations.clear();
    carts.clear();
    claims.clear();
    coupons.clear();
    redemptions.clear();
    world.standIns.before = world.standIns.after = () => undefined;
    await world.sql('TRUNCATE orders, order_events, checkouts CASCADE');
  });
  return {
    get world() {
      return world;
    },
    get orders() {
      return orders;
    },
    fill: (userId, ...lines) =>
      void world.standIns.carts.set(
        userId,
        lines.map(([productId, quantity]) => ({ productId, quantity })),
      ),
    async counts() {
      const [row] = await world.sql<{ orders: number; checkouts: number; events: number }>(
        `SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM checkouts) AS checkouts,
           (SELECT count(*)::int FROM order_events) AS events`,
      );
      return row!;
    },
  };
}

export const codes = ({ userErrors }: { userErrors: Pick<UserErrorData, 'code'>[] }): string[] =>
  userErrors.map(({ code }) => code);
