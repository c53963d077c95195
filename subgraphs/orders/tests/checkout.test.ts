import { describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { customer } from './support/client.js';
import { codes, useCheckoutSuite } from './support/checkout-suite.js';
import { ADDRESS, startOrders } from './support/orders.js';
import { createGate } from './support/gate.js';

const suite = useCheckoutSuite();

describe('the same idempotency key', () => {
  it('returns the same order for the same input, even after the cart was emptied and the prices changed', async () => {
    suite.fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    const first = await suite.orders.checkout(customer('carl'), { idempotencyKey });
    suite.world.standIns.carts.clear();
    suite.world.standIns.products.get('tea')!.price = '9.99';
    const second = await suite.orders.checkout(customer('carl'), { idempotencyKey });
    expect(second).toEqual(first);
    expect(await suite.counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
  });

  it.each(['cart', 'read'])(
    'returns the same order while other services do not answer (%s)',
    async (broken) => {
      suite.fill('carl', ['tea', 2]);
      const idempotencyKey = newId();
      const first = await suite.orders.checkout(customer('carl'), { idempotencyKey });
      suite.world.standIns.before = (operation) => {
        if (operation === broken) throw new Error('Out of order.');
      };
      expect(await suite.orders.checkout(customer('carl'), { idempotencyKey })).toEqual(first);
    },
  );

  it('is refused with different input', async () => {
    suite.fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    await suite.orders.checkout(customer('carl'), { idempotencyKey });
    const other = await suite.orders.checkout(customer('carl'), {
      idempotencyKey,
      paymentToken: 'tok_other',
    });
    expect(other.order).toBeNull();
    expect(codes(other)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('is independent for each customer', async () => {
    suite.fill('carl', ['tea', 1]);
    suite.fill('dora', ['tea', 1]);
    const idempotencyKey = newId();
    const one = await suite.orders.checkout(customer('carl'), { idempotencyKey });
    const other = await suite.orders.checkout(customer('dora'), { idempotencyKey });
    expect(other.order!.id).not.toBe(one.order!.id);
  });

  it('is refused while the first request runs, and returns its order afterwards', async () => {
    suite.fill('carl', ['tea', 1]);
    const gate = createGate();
    suite.world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const idempotencyKey = newId();
    const first = suite.orders.checkout(customer('carl'), { idempotencyKey });
    await gate.reached;
    expect(codes(await suite.orders.checkout(customer('carl'), { idempotencyKey }))).toEqual([
      'REQUEST_IN_PROGRESS',
    ]);
    gate.open();
    const { order } = await first;
    expect((await suite.orders.checkout(customer('carl'), { idempotencyKey })).order).toEqual(order);
  });

  it('places one order when it is sent 20 times at once; requests without the order are told to retry', async () => {
    suite.fill('carl', ['tea', 1]);
    suite.world.standIns.after = (operation) => {
      if (operation === 'reserve') suite.world.standIns.carts.clear();
    };
    const idempotencyKey = newId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => suite.orders.checkout(customer('carl'), { idempotencyKey })),
    );
    const ids = new Set(answers.flatMap(({ order }) => (order ? [order.id] : [])));
    expect(ids.size).toBe(1);
    for (const answer of answers)
      expect(answer.order ? [] : codes(answer)).toEqual(answer.order ? [] : ['REQUEST_IN_PROGRESS']);
    expect(await suite.counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
    expect(suite.world.standIns.held('tea')).toBe(1);
    expect((await suite.orders.checkout(customer('carl'), { idempotencyKey })).order!.id).toBe([...ids][0]);
  });
});

describe('a business refusal', () => {
  it('names the shortage, and leaves no order, no reservation and an unused key', async () => {
    suite.fill('carl', ['tea', 1], ['pot', 4]);
    const idempotencyKey = newId();
    const refused = await suite.orders.checkout(customer('carl'), { idempotencyKey });
    expect(refused).toMatchObject({
      order: null,
      userErrors: [{ code: 'OUT_OF_STOCK', message: 'Only 3 of "Tea pot" left; you requested 4.' }],
    });
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
    expect(suite.world.standIns.products.get('tea')!.available).toBe(100);
    suite.fill('carl', ['tea', 1], ['pot', 3]);
    const again = await suite.orders.checkout(customer('carl'), {
      idempotencyKey,
      paymentToken: 'tok_other',
    });
    expect(again.order).toMatchObject({ total: { amount: '91.50' } });
  });

  it('of the price names the new total, which is then accepted with the same key', async () => {
    suite.fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    const input = { idempotencyKey, expectedTotal: { amount: '8.00', currency: 'EUR' } };
    const refused = await suite.orders.checkout(customer('carl'), input);
    expect(refused).toMatchObject({
      order: null,
      currentTotal: { amount: '9.00', currency: 'EUR' },
      userErrors: [
        {
          code: 'PRICE_CHANGED',
          message: 'The total is now 9.00 EUR, not 8.00 EUR. Send the new total to accept it.',
          field: ['expectedTotal'],
        },
      ],
    });
    const accepted = await suite.orders.checkout(customer('carl'), {
      ...input,
      expectedTotal: refused.currentTotal,
    });
    expect(accepted.order!.total).toEqual(refused.currentTotal);
  });

  it.each([
    ['CART_EMPTY', 'no cart', []],
    ['PRODUCT_NOT_FOUND', 'a deleted product', [['gone', 1]]],
    ['PRODUCT_NOT_FOUND', 'an archived product', [['old', 1]]],
    [
      'CURRENCY_MISMATCH',
      'two currencies',
      [
        ['tea', 1],
        ['franc', 1],
      ],
    ],
  ] as const)('%s is returned for a cart with %s', async (code, _, lines) => {
    suite.world.standIns.products.set('old', { name: 'Old', price: '1.00', available: 5, isArchived: true });
    suite.world.standIns.products.set('franc', {
      name: 'Fondue',
      price: '1.00',
      currency: 'CHF',
      available: 5,
    });
    if (lines.length > 0)
      suite.fill('carl', ...lines.map(([id, quantity]): [string, number] => [id, quantity]));
    const answer = await suite.orders.checkout(customer('carl'));
    expect(codes(answer)).toEqual([code]);
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
  });

  it('of the input names all invalid fields', async () => {
    const answer = await suite.orders.checkout(customer('carl'), {
      idempotencyKey: 'k'.repeat(256),
      paymentToken: '',
      shippingAddress: { ...ADDRESS, city: '', country: 'XX' },
    });
    expect(answer.userErrors.map(({ field }) => field)).toEqual([
      ['idempotencyKey'],
      ['paymentToken'],
      ['shippingAddress', 'city'],
      ['shippingAddress', 'country'],
    ]);
  });
});

describe('the last five of a product', () => {
  it('are sold to five of fifty customers who check out at the same moment', async () => {
    suite.world.standIns.products.get('pot')!.available = 5;
    const buyers = Array.from({ length: 50 }, (_, index) => `buyer-${index}`);
    for (const buyer of buyers) suite.fill(buyer, ['pot', 1]);
    const answers = await Promise.all(buyers.map((buyer) => suite.orders.checkout(customer(buyer))));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const placed = answers.filter(({ order }) => order);
    expect(placed).toHaveLength(5);
    for (const answer of answers) if (!answer.order) expect(codes(answer)).toEqual(['OUT_OF_STOCK']);
    expect(suite.world.standIns.products.get('pot')!.available).toBe(0);
    expect(suite.world.standIns.held('pot')).toBe(5);
    expect(await suite.counts()).toEqual({ orders: 5, checkouts: 5, events: 5 });
    expect(new Set(placed.map(({ order }) => order!.number)).size).toBe(5);
  });
});

describe('a failing service', () => {
  it('fails the checkout and changes nothing if nothing was stored', async () => {
    suite.fill('carl', ['tea', 1]);
    suite.world.standIns.before = (operation) => {
      if (operation === 'read') throw new Error('products broke');
    };
    const { errors } = await suite.orders.checkout(customer('carl'));
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(errors![0]!.message).not.toContain('broke');
    expect(await suite.counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
  });

  it('fails the checkout after a reservation, which is then released so that the key can be used again', async () => {
    suite.fill('carl', ['tea', 1]);
    suite.world.standIns.after = (operation) => {
      if (operation === 'reserve') throw new Error('the answer is lost');
    };
    const idempotencyKey = newId();
    const { errors } = await suite.orders.checkout(customer('carl'), { idempotencyKey });
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await until(async () => (await suite.counts()).checkouts === 0);
    expect(suite.world.standIns.held('tea')).toBe(0);
    suite.world.standIns.after = () => undefined;
    expect((await suite.orders.checkout(customer('carl'), { idempotencyKey })).order).toMatchObject({
      status: 'PENDING',
    });
  });

  it('is called again until its possible reservation is released', async () => {
    suite.fill('carl', ['tea', 1]);
    let isDown = true;
    suite.world.standIns.after = (operation) => {
      if (operation === 'reserve' && isDown) throw new Error('the answer is lost');
    };
    suite.world.standIns.before = (operation) => {
      if (operation === 'release' && isDown) throw new Error('still down');
    };
    const idempotencyKey = newId();
    await suite.orders.checkout(customer('carl'), { idempotencyKey });
    await until(
      () => suite.world.standIns.calls.filter(({ operation }) => operation === 'release').length > 1,
    );
    expect(codes(await suite.orders.checkout(customer('carl'), { idempotencyKey }))).toEqual([
      'REQUEST_IN_PROGRESS',
    ]);
    isDown = false;
    await until(async () => (await suite.counts()).checkouts === 0);
    expect(suite.world.standIns.held('tea')).toBe(0);
  });

  it('counts as failed when it does not answer in time; a reservation that it still makes expires', async () => {
    suite.fill('carl', ['tea', 1]);
    const gate = createGate();
    suite.world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    // Only in this test: on a busy machine, fifty customers at once may wait for a second.
    const impatient = await startOrders(suite.world, { SERVICE_TIMEOUT_MS: '500' });
    try {
      const { errors } = await impatient.checkout(customer('carl'));
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      await until(async () => (await suite.counts()).checkouts === 0);
      gate.open();
      await until(() => suite.world.standIns.held('tea') === 1);
      for (const { expiresAt } of suite.world.standIns.reservations.values())
        expect(expiresAt).not.toBeNull();
    } finally {
      await impatient.close();
    }
  });
});

describe('a process that lost its lease while it was reserving', () => {
  it('finds the order that another process has placed since, and keeps the reservation that this order needs', async () => {
    suite.fill('carl', ['tea', 1]);
    const gate = createGate();
    let isFirst = true;
    suite.world.standIns.before = (operation) => {
      if (operation !== 'reserve' || !isFirst) return undefined;
      isFirst = false;
      return gate.pass();
    };
    const slow = await startOrders(suite.world, {
      RECOVERY_INTERVAL_MS: '60000',
      SERVICE_TIMEOUT_MS: '30000',
    });
    try {
      const answer = slow.checkout(customer('carl'));
      await gate.reached;
      // As if the lease had expired while the process was suspended. The worker of the other process takes over.
      await suite.world.sql(`UPDATE checkouts SET leased_until = now() - interval '1 s'`);
      const row = await until(
        async () => (await suite.world.sql<{ id: string }>('SELECT id FROM orders'))[0],
      );
      // The order is accepted, so its reservation has no end. The slow process must not give it one.
      await suite.orders.send(
        { kind: 'user', userId: 'ada', role: 'ADMIN', sessionId: 's', expiresAt: Date.now() + 60_000 },
        `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { id } } }`,
        { id: row.id },
      );
      gate.open();
      expect((await answer).order).toMatchObject({ id: row.id, status: 'PROCESSING' });
      expect(suite.world.standIns.reservations.get(row.id)!.expiresAt).toBeNull();
      expect(await suite.counts()).toMatchObject({ orders: 1, checkouts: 1 });
    } finally {
      await slow.close();
    }
  });
});
