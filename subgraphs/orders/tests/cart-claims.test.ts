import { describe, expect, it } from '@jest/globals';
import { until } from '@cartograph/testing';
import { customer } from './support/client.js';
import { codes, useCheckoutSuite } from './support/checkout-suite.js';
import { startOrders } from './support/orders.js';
import { createGate } from './support/gate.js';

const suite = useCheckoutSuite();

describe('one cart', () => {
  const code = (answer: { order: unknown; userErrors: { code: string }[] }) =>
    answer.order ? 'PLACED' : codes(answer).join();

  it('becomes one order when it is checked out 20 times at once with different keys; the refusals name the order', async () => {
    suite.fill('carl', ['tea', 2]);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => suite.orders.checkout(customer('carl'))),
    );
    const placed = answers.flatMap(({ order }) => order ?? []);
    expect(placed).toHaveLength(1);
    for (const answer of answers)
      expect(['PLACED', 'CHECKOUT_IN_PROGRESS', 'CART_ALREADY_ORDERED']).toContain(code(answer));
    expect(await suite.counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
    expect(suite.world.standIns.held('tea')).toBe(2);

    const late = await suite.orders.checkout(customer('carl'));
    expect(late).toMatchObject({
      order: null,
      existingOrder: { id: placed[0]!.id, number: placed[0]!.number },
      userErrors: [
        {
          code: 'CART_ALREADY_ORDERED',
          message: `This cart has already been ordered: your order is ${placed[0]!.number}.`,
        },
      ],
    });
    expect(await suite.counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
  });

  it('checked out by two accounts reveals nothing about the first order to the second account', async () => {
    suite.fill('shared', ['tea', 1]);
    const cartId = 'cart-shared';
    const both = await Promise.all(
      ['carl', 'dora'].map((who) => suite.orders.checkout(customer(who), { cartId })),
    );
    expect(both.filter(({ order }) => order)).toHaveLength(1);
    const first = both.find(({ order }) => order)!.order!;
    const second = customer(both[0]!.order ? 'dora' : 'carl');
    const answer = await suite.orders.checkout(second, { cartId });
    expect(answer).toMatchObject({ order: null, existingOrder: null });
    expect(codes(answer)).toEqual(['CART_ALREADY_ORDERED']);
    expect(JSON.stringify(answer)).not.toContain(first.number);
    expect(JSON.stringify(answer)).not.toContain(first.id);
  });

  it('is not ordered twice while its checkout is running', async () => {
    suite.fill('carl', ['tea', 1]);
    const gate = createGate();
    suite.world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const first = suite.orders.checkout(customer('carl'));
    await gate.reached;
    const second = await suite.orders.checkout(customer('carl'));
    expect(codes(second)).toEqual(['CHECKOUT_IN_PROGRESS']);
    gate.open();
    expect((await first).order).not.toBeNull();
    expect(await suite.counts()).toMatchObject({ orders: 1 });
  });

  it.each([
    ['its price changed', { expectedTotal: { amount: '1.00', currency: 'EUR' } }, 'PRICE_CHANGED', 2],
    ['it was sold out', {}, 'OUT_OF_STOCK', 4],
  ] as const)('can be ordered again when %s', async (_, input, refusal, pots) => {
    suite.fill('carl', ['pot', pots]);
    expect(codes(await suite.orders.checkout(customer('carl'), input))).toEqual([refusal]);
    expect(suite.world.standIns.claims.size).toBe(0);
    suite.world.standIns.products.get('pot')!.available = 10;
    expect((await suite.orders.checkout(customer('carl'))).order).not.toBeNull();
  });

  it('can be ordered again after its checkout was undone, but only when cart has released the claim', async () => {
    suite.fill('carl', ['tea', 1]);
    let isCartDown = true;
    suite.world.standIns.after = (operation) => {
      if (operation === 'reserve') throw new Error('the answer is lost');
    };
    suite.world.standIns.before = (operation) => {
      if (operation === 'releaseCart' && isCartDown) throw new Error('down');
    };
    expect((await suite.orders.checkout(customer('carl'))).errors).toMatchObject([
      { extensions: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
    await until(() => suite.world.standIns.calls.some(({ operation }) => operation === 'releaseCart'));
    expect(await suite.counts()).toMatchObject({ checkouts: 1 });
    isCartDown = false;
    await until(async () => (await suite.counts()).checkouts === 0);
    expect(suite.world.standIns.claims.size).toBe(0);
    suite.world.standIns.after = () => undefined;
    expect((await suite.orders.checkout(customer('carl'))).order).not.toBeNull();
  });

  it('is ordered only once per version even if its claim is lost', async () => {
    suite.fill('carl', ['tea', 1]);
    const { order } = await suite.orders.checkout(customer('carl'));
    // As after a Redis failover to a replica that had not received the claim.
    suite.world.standIns.claims.clear();
    const second = await suite.orders.checkout(customer('carl'));
    expect(second).toMatchObject({ order: null, existingOrder: { id: order!.id } });
    expect(suite.world.standIns.claims.size).toBe(0);
    expect(await suite.counts()).toMatchObject({ orders: 1 });
  });

  it('is not ordered by a checkout that was suspended for longer than its claim lasts', async () => {
    suite.fill('carl', ['tea', 1]);
    const gate = createGate();
    let isFirst = true;
    suite.world.standIns.before = (operation) => {
      if (operation !== 'read' || !isFirst) return undefined;
      isFirst = false;
      return gate.pass();
    };
    const brief = await startOrders(suite.world, { CHECKOUT_LEASE_MS: '500', SERVICE_TIMEOUT_MS: '30000' });
    try {
      const first = brief.checkout(customer('carl'));
      await gate.reached;
      expect(codes(await brief.checkout(customer('carl')))).toEqual(['CHECKOUT_IN_PROGRESS']);
      const second = await until(async () => (await brief.checkout(customer('carl'))).order);
      gate.open();
      expect((await first).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      expect(await suite.world.sql('SELECT id FROM orders')).toEqual([{ id: second.id }]);
    } finally {
      await brief.close();
    }
  });

  it('can be ordered again once it has new lines, whether or not order.placed has arrived', async () => {
    suite.fill('carl', ['tea', 1]);
    const first = await suite.orders.checkout(customer('carl'));
    suite.fill('carl', ['pot', 1]);
    const second = await suite.orders.checkout(customer('carl'));
    expect(second.order!.id).not.toBe(first.order!.id);
    expect(second.order!.total.amount).toBe('29.00');
  });
});
