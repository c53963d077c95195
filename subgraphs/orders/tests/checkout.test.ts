import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { until } from '@cartograph/testing';
import { customer } from './support/client.js';
import { ADDRESS, createWorld, startOrders, type RunningOrders, type World } from './support/orders.js';
import { createGate } from './support/gate.js';

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
  const { products, carts, claims, reservations } = world.standIns;
  products.set('tea', { name: 'Green tea', price: '4.50', available: 100 });
  products.set('pot', { name: 'Tea pot', price: '29.00', available: 3 });
  reservations.clear();
  carts.clear();
  claims.clear();
  world.standIns.before = world.standIns.after = () => undefined;
  await world.sql('TRUNCATE orders, order_events, checkouts CASCADE');
});

const fill = (userId: string, ...lines: [string, number][]) =>
  world.standIns.carts.set(
    userId,
    lines.map(([productId, quantity]) => ({ productId, quantity })),
  );
const codes = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);
const counts = async () => {
  const [row] = await world.sql<Record<string, number>>(
    `SELECT (SELECT count(*)::int FROM orders) AS orders, (SELECT count(*)::int FROM checkouts) AS checkouts,
       (SELECT count(*)::int FROM order_events) AS events`,
  );
  return row;
};

describe('the same key again', () => {
  it('gives the same order for the same input, also after the cart was emptied and the prices changed', async () => {
    fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    const first = await orders.checkout(customer('carl'), { idempotencyKey });
    world.standIns.carts.clear();
    world.standIns.products.get('tea')!.price = '9.99';
    const second = await orders.checkout(customer('carl'), { idempotencyKey });
    expect(second).toEqual(first);
    expect(await counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
  });

  it.each(['cart', 'read'])(
    'gives the same order while its neighbours do not answer (%s)',
    async (broken) => {
      fill('carl', ['tea', 2]);
      const idempotencyKey = newId();
      const first = await orders.checkout(customer('carl'), { idempotencyKey });
      world.standIns.before = (operation) => {
        if (operation === broken) throw new Error('Out of order.');
      };
      expect(await orders.checkout(customer('carl'), { idempotencyKey })).toEqual(first);
    },
  );

  it('is refused for another input', async () => {
    fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    await orders.checkout(customer('carl'), { idempotencyKey });
    const other = await orders.checkout(customer('carl'), { idempotencyKey, paymentToken: 'tok_other' });
    expect(other.order).toBeNull();
    expect(codes(other)).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('is another key when another customer uses it', async () => {
    fill('carl', ['tea', 1]);
    fill('dora', ['tea', 1]);
    const idempotencyKey = newId();
    const one = await orders.checkout(customer('carl'), { idempotencyKey });
    const other = await orders.checkout(customer('dora'), { idempotencyKey });
    expect(other.order!.id).not.toBe(one.order!.id);
  });

  it('is in progress while the first request runs, and gives its order afterwards', async () => {
    fill('carl', ['tea', 1]);
    const gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const idempotencyKey = newId();
    const first = orders.checkout(customer('carl'), { idempotencyKey });
    await gate.reached;
    expect(codes(await orders.checkout(customer('carl'), { idempotencyKey }))).toEqual([
      'REQUEST_IN_PROGRESS',
    ]);
    gate.open();
    const { order } = await first;
    expect((await orders.checkout(customer('carl'), { idempotencyKey })).order).toEqual(order);
  });

  it('sent 20 times at once gives one order, and whoever did not get it was told to ask again', async () => {
    fill('carl', ['tea', 1]);
    world.standIns.after = (operation) => {
      if (operation === 'reserve') world.standIns.carts.clear();
    };
    const idempotencyKey = newId();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => orders.checkout(customer('carl'), { idempotencyKey })),
    );
    const ids = new Set(answers.flatMap(({ order }) => (order ? [order.id] : [])));
    expect(ids.size).toBe(1);
    for (const answer of answers)
      expect(answer.order ? [] : codes(answer)).toEqual(answer.order ? [] : ['REQUEST_IN_PROGRESS']);
    expect(await counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
    expect(world.standIns.held('tea')).toBe(1);
    expect((await orders.checkout(customer('carl'), { idempotencyKey })).order!.id).toBe([...ids][0]);
  });
});

describe('one cart', () => {
  const code = (answer: { order: unknown; userErrors: { code: string }[] }) =>
    answer.order ? 'PLACED' : codes(answer).join();

  it('checked out 20 times at once under different keys becomes one order; the others learn which', async () => {
    fill('carl', ['tea', 2]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders.checkout(customer('carl'))));
    const placed = answers.flatMap(({ order }) => order ?? []);
    expect(placed).toHaveLength(1);
    for (const answer of answers)
      expect(['PLACED', 'CHECKOUT_IN_PROGRESS', 'CART_ALREADY_ORDERED']).toContain(code(answer));
    expect(await counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
    expect(world.standIns.held('tea')).toBe(2);

    const late = await orders.checkout(customer('carl'));
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
    expect(await counts()).toEqual({ orders: 1, checkouts: 1, events: 1 });
  });

  it('checked out by two accounts tells the second nothing about the order of the first', async () => {
    fill('shared', ['tea', 1]);
    const cartId = 'cart-shared';
    const both = await Promise.all(['carl', 'dora'].map((who) => orders.checkout(customer(who), { cartId })));
    expect(both.filter(({ order }) => order)).toHaveLength(1);
    const first = both.find(({ order }) => order)!.order!;
    const second = customer(both[0]!.order ? 'dora' : 'carl');
    const answer = await orders.checkout(second, { cartId });
    expect(answer).toMatchObject({ order: null, existingOrder: null });
    expect(codes(answer)).toEqual(['CART_ALREADY_ORDERED']);
    expect(JSON.stringify(answer)).not.toContain(first.number);
    expect(JSON.stringify(answer)).not.toContain(first.id);
  });

  it('is not ordered twice while its checkout still runs', async () => {
    fill('carl', ['tea', 1]);
    const gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    const first = orders.checkout(customer('carl'));
    await gate.reached;
    const second = await orders.checkout(customer('carl'));
    expect(codes(second)).toEqual(['CHECKOUT_IN_PROGRESS']);
    gate.open();
    expect((await first).order).not.toBeNull();
    expect(await counts()).toMatchObject({ orders: 1 });
  });

  it.each([
    ['its price changed', { expectedTotal: { amount: '1.00', currency: 'EUR' } }, 'PRICE_CHANGED', 2],
    ['it was sold out', {}, 'OUT_OF_STOCK', 4],
  ] as const)('is free again when %s', async (_, input, refusal, pots) => {
    fill('carl', ['pot', pots]);
    expect(codes(await orders.checkout(customer('carl'), input))).toEqual([refusal]);
    expect(world.standIns.claims.size).toBe(0);
    world.standIns.products.get('pot')!.available = 10;
    expect((await orders.checkout(customer('carl'))).order).not.toBeNull();
  });

  it('is free again when its checkout was undone, and only once cart has heard of it', async () => {
    fill('carl', ['tea', 1]);
    let isCartDown = true;
    world.standIns.after = (operation) => {
      if (operation === 'reserve') throw new Error('the answer is lost');
    };
    world.standIns.before = (operation) => {
      if (operation === 'releaseCart' && isCartDown) throw new Error('down');
    };
    expect((await orders.checkout(customer('carl'))).errors).toMatchObject([
      { extensions: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
    await until(() => world.standIns.calls.some(({ operation }) => operation === 'releaseCart'));
    expect(await counts()).toMatchObject({ checkouts: 1 });
    isCartDown = false;
    await until(async () => (await counts())?.['checkouts'] === 0);
    expect(world.standIns.claims.size).toBe(0);
    world.standIns.after = () => undefined;
    expect((await orders.checkout(customer('carl'))).order).not.toBeNull();
  });

  it('whose claim was lost is still ordered only once at one version', async () => {
    fill('carl', ['tea', 1]);
    const { order } = await orders.checkout(customer('carl'));
    // As after a failover of Redis to a replica that had not heard of the claim.
    world.standIns.claims.clear();
    const second = await orders.checkout(customer('carl'));
    expect(second).toMatchObject({ order: null, existingOrder: { id: order!.id } });
    expect(world.standIns.claims.size).toBe(0);
    expect(await counts()).toMatchObject({ orders: 1 });
  });

  it('is not ordered by a checkout that stood still longer than its claim lasts', async () => {
    fill('carl', ['tea', 1]);
    const gate = createGate();
    let isFirst = true;
    world.standIns.before = (operation) => {
      if (operation !== 'read' || !isFirst) return undefined;
      isFirst = false;
      return gate.pass();
    };
    const brief = await startOrders(world, { CHECKOUT_LEASE_MS: '500', SERVICE_TIMEOUT_MS: '30000' });
    try {
      const first = brief.checkout(customer('carl'));
      await gate.reached;
      expect(codes(await brief.checkout(customer('carl')))).toEqual(['CHECKOUT_IN_PROGRESS']);
      const second = await until(async () => (await brief.checkout(customer('carl'))).order);
      gate.open();
      expect((await first).errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      expect(await world.sql('SELECT id FROM orders')).toEqual([{ id: second.id }]);
    } finally {
      await brief.close();
    }
  });

  it('that was filled again after its order can be ordered again, whether or not order.placed has arrived', async () => {
    fill('carl', ['tea', 1]);
    const first = await orders.checkout(customer('carl'));
    fill('carl', ['pot', 1]);
    const second = await orders.checkout(customer('carl'));
    expect(second.order!.id).not.toBe(first.order!.id);
    expect(second.order!.total.amount).toBe('29.00');
  });
});

describe('a business refusal', () => {
  it('says what there is too little of, and leaves neither order nor reservation nor used key', async () => {
    fill('carl', ['tea', 1], ['pot', 4]);
    const idempotencyKey = newId();
    const refused = await orders.checkout(customer('carl'), { idempotencyKey });
    expect(refused).toMatchObject({
      order: null,
      userErrors: [{ code: 'OUT_OF_STOCK', message: 'Only 3 of "Tea pot" are left, you asked for 4.' }],
    });
    expect(await counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
    expect(world.standIns.products.get('tea')!.available).toBe(100);
    fill('carl', ['tea', 1], ['pot', 3]);
    const again = await orders.checkout(customer('carl'), { idempotencyKey, paymentToken: 'tok_other' });
    expect(again.order).toMatchObject({ total: { amount: '91.50' } });
  });

  it('about the price says the new total, which is then accepted with the same key', async () => {
    fill('carl', ['tea', 2]);
    const idempotencyKey = newId();
    const input = { idempotencyKey, expectedTotal: { amount: '8.00', currency: 'EUR' } };
    const refused = await orders.checkout(customer('carl'), input);
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
    const accepted = await orders.checkout(customer('carl'), {
      ...input,
      expectedTotal: refused.currentTotal,
    });
    expect(accepted.order!.total).toEqual(refused.currentTotal);
  });

  it.each([
    ['CART_EMPTY', 'no cart', []],
    ['PRODUCT_NOT_FOUND', 'a product that is gone', [['gone', 1]]],
    ['PRODUCT_NOT_FOUND', 'a product that was archived', [['old', 1]]],
    [
      'CURRENCY_MISMATCH',
      'two currencies',
      [
        ['tea', 1],
        ['franc', 1],
      ],
    ],
  ] as const)('%s is given for a cart with %s', async (code, _, lines) => {
    world.standIns.products.set('old', { name: 'Old', price: '1.00', available: 5, isArchived: true });
    world.standIns.products.set('franc', { name: 'Fondue', price: '1.00', currency: 'CHF', available: 5 });
    if (lines.length > 0) fill('carl', ...lines.map(([id, quantity]): [string, number] => [id, quantity]));
    const answer = await orders.checkout(customer('carl'));
    expect(codes(answer)).toEqual([code]);
    expect(await counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
  });

  it('about the input names all faulty fields at once', async () => {
    const answer = await orders.checkout(customer('carl'), {
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
    world.standIns.products.get('pot')!.available = 5;
    const buyers = Array.from({ length: 50 }, (_, index) => `buyer-${index}`);
    for (const buyer of buyers) fill(buyer, ['pot', 1]);
    const answers = await Promise.all(buyers.map((buyer) => orders.checkout(customer(buyer))));
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const placed = answers.filter(({ order }) => order);
    expect(placed).toHaveLength(5);
    for (const answer of answers) if (!answer.order) expect(codes(answer)).toEqual(['OUT_OF_STOCK']);
    expect(world.standIns.products.get('pot')!.available).toBe(0);
    expect(world.standIns.held('pot')).toBe(5);
    expect(await counts()).toEqual({ orders: 5, checkouts: 5, events: 5 });
    expect(new Set(placed.map(({ order }) => order!.number)).size).toBe(5);
  });
});

describe('a neighbour that fails', () => {
  it('before anything was written is told to the customer and changes nothing', async () => {
    fill('carl', ['tea', 1]);
    world.standIns.before = (operation) => {
      if (operation === 'read') throw new Error('products has an accident');
    };
    const { errors } = await orders.checkout(customer('carl'));
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    expect(errors![0]!.message).not.toContain('accident');
    expect(await counts()).toEqual({ orders: 0, checkouts: 0, events: 0 });
  });

  it('after it reserved is told to the customer, and the reservation is given back, so that the same key is free', async () => {
    fill('carl', ['tea', 1]);
    world.standIns.after = (operation) => {
      if (operation === 'reserve') throw new Error('the answer is lost');
    };
    const idempotencyKey = newId();
    const { errors } = await orders.checkout(customer('carl'), { idempotencyKey });
    expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
    await until(async () => (await counts())?.['checkouts'] === 0);
    expect(world.standIns.held('tea')).toBe(0);
    world.standIns.after = () => undefined;
    expect((await orders.checkout(customer('carl'), { idempotencyKey })).order).toMatchObject({
      status: 'PENDING',
    });
  });

  it('is asked again until what it may hold is given back', async () => {
    fill('carl', ['tea', 1]);
    let isDown = true;
    world.standIns.after = (operation) => {
      if (operation === 'reserve' && isDown) throw new Error('the answer is lost');
    };
    world.standIns.before = (operation) => {
      if (operation === 'release' && isDown) throw new Error('still down');
    };
    const idempotencyKey = newId();
    await orders.checkout(customer('carl'), { idempotencyKey });
    await until(() => world.standIns.calls.filter(({ operation }) => operation === 'release').length > 1);
    expect(codes(await orders.checkout(customer('carl'), { idempotencyKey }))).toEqual([
      'REQUEST_IN_PROGRESS',
    ]);
    isDown = false;
    await until(async () => (await counts())?.['checkouts'] === 0);
    expect(world.standIns.held('tea')).toBe(0);
  });

  it('is taken as failed when it does not answer in time, and what it then still reserves ends by itself', async () => {
    fill('carl', ['tea', 1]);
    const gate = createGate();
    world.standIns.before = (operation) => (operation === 'reserve' ? gate.pass() : undefined);
    // Only here: fifty customers at once on a busy machine may well wait for a second.
    const impatient = await startOrders(world, { SERVICE_TIMEOUT_MS: '500' });
    try {
      const { errors } = await impatient.checkout(customer('carl'));
      expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
      await until(async () => (await counts())?.['checkouts'] === 0);
      gate.open();
      await until(() => world.standIns.held('tea') === 1);
      for (const { expiresAt } of world.standIns.reservations.values()) expect(expiresAt).not.toBeNull();
    } finally {
      await impatient.close();
    }
  });
});

describe('a process that lost its lease while it was reserving', () => {
  it('finds the order that another one finished meanwhile, and leaves the reservation as that order needs it', async () => {
    fill('carl', ['tea', 1]);
    const gate = createGate();
    let isFirst = true;
    world.standIns.before = (operation) => {
      if (operation !== 'reserve' || !isFirst) return undefined;
      isFirst = false;
      return gate.pass();
    };
    const slow = await startOrders(world, { RECOVERY_INTERVAL_MS: '60000', SERVICE_TIMEOUT_MS: '30000' });
    try {
      const answer = slow.checkout(customer('carl'));
      await gate.reached;
      // As if the lease had run out while the process was stopped; the worker of the other process takes over.
      await world.sql(`UPDATE checkouts SET leased_until = now() - interval '1 s'`);
      const row = await until(async () => (await world.sql<{ id: string }>('SELECT id FROM orders'))[0]);
      // Paid meanwhile: held for good. The slow one's reservation with an end must not stand.
      await orders.send(
        { kind: 'user', userId: 'ada', role: 'ADMIN', sessionId: 's', expiresAt: Date.now() + 60_000 },
        `mutation ($id: ID!) { updateOrderStatus(input: { orderId: $id, status: PROCESSING }) { order { id } } }`,
        { id: row.id },
      );
      gate.open();
      expect((await answer).order).toMatchObject({ id: row.id, status: 'PROCESSING' });
      expect(world.standIns.reservations.get(row.id)!.expiresAt).toBeNull();
      expect(await counts()).toMatchObject({ orders: 1, checkouts: 1 });
    } finally {
      await slow.close();
    }
  });
});
