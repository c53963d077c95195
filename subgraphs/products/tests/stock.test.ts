import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import { auditStock } from '../src/use-cases/stock/audit-stock.js';
import { startStock, type StockHarness } from './stock-support.js';

let shop: StockHarness;
beforeAll(async () => {
  shop = await startStock();
});
afterAll(async () => {
  expect((await auditStock(shop.store.stock)).differences).toEqual([]);
  await shop.close();
});

const one = (productId: string, quantity = 1) => [{ productId, quantity }];

describe('reserving', () => {
  it('should sell the last five units to five of fifty orders, and tell the others what is available', async () => {
    const id = await shop.addProduct(5);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => shop.stock.reserve({ orderId: newId(), items: one(id) })),
    );
    expect(answers.filter(({ reserved }) => reserved)).toHaveLength(5);
    for (const { shortages } of answers.filter(({ reserved }) => !reserved)) {
      expect(shortages).toEqual([{ productId: id, requested: 1, available: 0 }]);
    }
    expect(await shop.numbers(id)).toEqual({ available: 0, reserved: 5, sold: 0 });
  });

  it('should reserve all of an order or nothing, and name every product that is short', async () => {
    const [plenty, few, none] = [
      await shop.addProduct(100),
      await shop.addProduct(2),
      await shop.addProduct(0),
    ];
    const items = [...one(plenty, 10), ...one(few, 3), ...one(none, 1), ...one('no such product', 1)];
    const { reserved, shortages } = await shop.stock.reserve({ orderId: newId(), items });
    expect(reserved).toBe(false);
    const byId = new Map(shortages.map((shortage) => [shortage.productId, shortage]));
    expect(byId).toEqual(
      new Map([
        [few, { productId: few, requested: 3, available: 2 }],
        [none, { productId: none, requested: 1, available: 0 }],
        ['no such product', { productId: 'no such product', requested: 1, available: 0 }],
      ]),
    );
    for (const [id, available] of [
      [plenty, 100],
      [few, 2],
      [none, 0],
    ] as const) {
      expect(await shop.numbers(id)).toEqual({ available, reserved: 0, sold: 0 });
    }
  });

  it('should count an order once, however many processes reserve it at once', async () => {
    const [left, right] = [await shop.addProduct(10), await shop.addProduct(10)];
    const orderId = newId();
    const processes = [shop.stock, shop.another(), shop.another()];
    const answers = await Promise.all(
      Array.from({ length: 21 }, (_, index) =>
        processes[index % 3]!.reserve({ orderId, items: [...one(left, 4), ...one(right, 4)] }),
      ),
    );
    expect(answers.every(({ reserved }) => reserved)).toBe(true);
    expect(await shop.numbers(left)).toEqual({ available: 6, reserved: 4, sold: 0 });
    expect(await shop.numbers(right)).toEqual({ available: 6, reserved: 4, sold: 0 });
  });

  it('should add up the quantities of a product that an order has twice', async () => {
    const id = await shop.addProduct(3);
    expect(await shop.stock.reserve({ orderId: newId(), items: [...one(id, 2), ...one(id, 2)] })).toEqual({
      reserved: false,
      shortages: [{ productId: id, requested: 4, available: 3 }],
    });
  });

  it('should succeed on a retry after a shortage once there is stock', async () => {
    const id = await shop.addProduct(1);
    const input = { orderId: newId(), items: one(id, 2) };
    expect((await shop.stock.reserve(input)).reserved).toBe(false);
    await shop.adjust(id, 1);
    expect((await shop.stock.reserve(input)).reserved).toBe(true);
  });

  it('should refuse other items for the same order, and invalid quantities', async () => {
    const id = await shop.addProduct(10);
    const orderId = newId();
    await shop.stock.reserve({ orderId, items: one(id, 2) });
    await expect(shop.stock.reserve({ orderId, items: one(id, 3) })).rejects.toThrow(
      'The items of an order cannot change',
    );
    for (const quantity of [0, -1, 1.5, Number.NaN, 1e9]) {
      await expect(shop.stock.reserve({ orderId: newId(), items: one(id, quantity) })).rejects.toThrow(
        'quantities from 1',
      );
    }
    await expect(shop.stock.reserve({ orderId: newId(), items: [] })).rejects.toThrow('1 to 100 products');
  });

  it('should not sell archived products', async () => {
    const id = await shop.addProduct(5);
    await shop.collections.products.updateOne({ _id: id }, { $set: { isArchived: true } });
    expect((await shop.stock.reserve({ orderId: newId(), items: one(id) })).shortages).toEqual([
      { productId: id, requested: 1, available: 0 },
    ]);
  });
});

describe('settling', () => {
  it('should release once and sell once, however often it is requested', async () => {
    const id = await shop.addProduct(10);
    const [cancelled, shipped] = [newId(), newId()];
    for (const orderId of [cancelled, shipped]) await shop.stock.reserve({ orderId, items: one(id, 3) });
    const settled = await Promise.all(
      Array.from({ length: 10 }, () =>
        Promise.all([shop.stock.release(cancelled), shop.another().commit(shipped)]),
      ),
    );
    expect(settled.flat()).toEqual(Array.from({ length: 20 }, () => true));
    expect(await shop.numbers(id)).toEqual({ available: 7, reserved: 0, sold: 3 });
  });

  it('should not release shipped stock nor ship released stock', async () => {
    const id = await shop.addProduct(10);
    const [shipped, cancelled] = [newId(), newId()];
    for (const orderId of [shipped, cancelled]) await shop.stock.reserve({ orderId, items: one(id, 2) });
    await shop.stock.commit(shipped);
    await shop.stock.release(cancelled);
    expect(await shop.stock.release(shipped)).toBe(false);
    expect(await shop.stock.commit(cancelled)).toBe(false);
    expect(await shop.stock.commit(newId())).toBe(false);
    expect(await shop.numbers(id)).toEqual({ available: 8, reserved: 0, sold: 2 });
  });

  it('should do one of the two completely if both are requested at once', async () => {
    const ids = await Promise.all([shop.addProduct(5), shop.addProduct(5), shop.addProduct(5)]);
    const orderId = newId();
    await shop.stock.reserve({ orderId, items: ids.flatMap((id) => one(id, 2)) });
    const [released, committed] = await Promise.all([
      shop.stock.release(orderId),
      shop.another().commit(orderId),
    ]);
    expect(released).not.toBe(committed);
    for (const id of ids) {
      expect(await shop.numbers(id)).toEqual(
        released ? { available: 5, reserved: 0, sold: 0 } : { available: 3, reserved: 0, sold: 2 },
      );
    }
  });

  it('should refuse a reservation that arrives after its cancellation', async () => {
    const id = await shop.addProduct(5);
    const orderId = newId();
    await shop.stock.release(orderId);
    expect(await shop.stock.reserve({ orderId, items: one(id) })).toEqual({
      reserved: false,
      shortages: [],
    });
    expect(await shop.numbers(id)).toEqual({ available: 5, reserved: 0, sold: 0 });
  });

  it('should report a committed order as reserved, so that a late retry does no harm', async () => {
    const id = await shop.addProduct(5);
    const input = { orderId: newId(), items: one(id) };
    await shop.stock.reserve(input);
    await shop.stock.commit(input.orderId);
    expect(await shop.stock.reserve(input)).toEqual({ reserved: true, shortages: [] });
    expect(await shop.numbers(id)).toEqual({ available: 4, reserved: 0, sold: 1 });
  });
});

describe('expiry', () => {
  const inMinutes = (minutes: number) => new Date(shop.time.now.getTime() + minutes * 60_000);
  const passMinutes = (minutes: number) => {
    shop.time.now = inMinutes(minutes);
  };

  it('should release stock that was not paid for in time, and keep reservations without expiry', async () => {
    const id = await shop.addProduct(10);
    await shop.stock.reserve({ orderId: newId(), items: one(id, 3), expiresAt: inMinutes(15) });
    await shop.stock.reserve({ orderId: newId(), items: one(id, 2), expiresAt: null });
    await shop.stock.releaseExpired();
    expect(await shop.numbers(id)).toMatchObject({ available: 5, reserved: 5 });
    passMinutes(16);
    await Promise.all([shop.stock.releaseExpired(), shop.another().releaseExpired()]);
    expect(await shop.numbers(id)).toEqual({ available: 8, reserved: 2, sold: 0 });
  });

  it('should be postponed by reserving again', async () => {
    const id = await shop.addProduct(10);
    const input = { orderId: newId(), items: one(id, 3) };
    await shop.stock.reserve({ ...input, expiresAt: inMinutes(15) });
    await shop.stock.reserve({ ...input, expiresAt: null });
    passMinutes(60);
    await shop.stock.releaseExpired();
    expect(await shop.numbers(id)).toMatchObject({ available: 7, reserved: 3 });
  });

  it('should not happen to an order that was paid after the worker found it due', async () => {
    const id = await shop.addProduct(10);
    const input = { orderId: newId(), items: one(id, 3) };
    await shop.stock.reserve({ ...input, expiresAt: inMinutes(15) });
    passMinutes(16);
    const [due] = await shop.store.stock.dueHolds(['RESERVED'], shop.time.now, 1);
    expect(due!.orderId).toBe(input.orderId);
    expect((await shop.stock.reserve({ ...input, expiresAt: null })).reserved).toBe(true);
    expect(await shop.store.stock.moveHold(due!, { state: 'RELEASING' })).toBeUndefined();
    expect(await shop.store.stock.findHold(input.orderId)).toMatchObject({
      state: 'RESERVED',
      expiresAt: null,
      revision: due!.revision + 1,
    });
  });

  it('should let a late payment reserve the stock again if there is some, or report the shortage', async () => {
    const id = await shop.addProduct(1);
    const input = { orderId: newId(), items: one(id) };
    await shop.stock.reserve({ ...input, expiresAt: inMinutes(15) });
    passMinutes(16);
    await shop.stock.releaseExpired();
    expect((await shop.stock.reserve(input)).reserved).toBe(true);

    const late = { orderId: newId(), items: one(id) };
    await shop.adjust(id, 1);
    await shop.stock.reserve({ ...late, expiresAt: inMinutes(15) });
    passMinutes(16);
    await shop.stock.releaseExpired();
    await shop.stock.reserve({ orderId: newId(), items: one(id) });
    expect(await shop.stock.reserve(late)).toEqual({
      reserved: false,
      shortages: [{ productId: id, requested: 1, available: 0 }],
    });
  });

  it('should end in one consistent state if a payment arrives at the moment of expiry', async () => {
    const id = await shop.addProduct(20);
    const orders = Array.from({ length: 20 }, () => ({ orderId: newId(), items: one(id) }));
    for (const order of orders) await shop.stock.reserve({ ...order, expiresAt: inMinutes(15) });
    passMinutes(16);
    const [, ...paid] = await Promise.all([
      shop.stock.releaseExpired(),
      ...orders.map((order) => shop.another().reserve({ ...order, expiresAt: null })),
    ]);
    expect(paid.every(({ reserved }) => reserved)).toBe(true);
    await shop.stock.releaseExpired();
    expect(await shop.numbers(id)).toEqual({ available: 0, reserved: 20, sold: 0 });
  });
});

describe('a crash in the middle', () => {
  const passLease = () => {
    shop.time.now = new Date(shop.time.now.getTime() + 3_600_000);
  };

  it('of reserving should release the taken stock, unless the order is reserved again', async () => {
    const [first, second] = (await Promise.all([shop.addProduct(5), shop.addProduct(5)])).sort() as [
      string,
      string,
    ];
    const crashed = [newId(), newId()].map((orderId) => ({
      orderId,
      items: [...one(first, 2), ...one(second, 2)],
    }));
    for (const order of crashed) {
      // The state that a process leaves if it dies after the first of two products: its reservation and an unfinished hold.
      await shop.stock.reserve(order);
      await shop.collections.holds.updateOne(
        { _id: order.orderId },
        { $set: { state: 'RESERVING', expiresAt: shop.time.now } },
      );
      await shop.store.stock.settle(
        {
          id: newId(),
          productId: second,
          type: 'RELEASE',
          available: 2,
          reserved: -2,
          sold: 0,
          orderId: order.orderId,
          reason: 'Test',
          at: new Date(),
        },
        { productId: second, quantity: 2 },
        order.orderId,
      );
    }
    expect(await shop.stock.reserve(crashed[0]!)).toEqual({ reserved: true, shortages: [] });
    passLease();
    await shop.stock.releaseExpired();
    for (const id of [first, second])
      expect(await shop.numbers(id)).toEqual({ available: 3, reserved: 2, sold: 0 });
  });

  it('of reserving should not keep the same order from being reserved by another process soon', async () => {
    const id = await shop.addProduct(5);
    const input = { orderId: newId(), items: one(id, 2) };
    const later = new Date(shop.time.now.getTime() + 30_000);
    await shop.stock.reserve(input);
    await shop.collections.holds.updateOne(
      { _id: input.orderId },
      { $set: { state: 'RESERVING', expiresAt: later } },
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.another().reserve(input)));
    expect(answers.every(({ reserved }) => reserved)).toBe(true);
    expect(await shop.numbers(id)).toEqual({ available: 3, reserved: 2, sold: 0 });
  });

  it.each([
    ['RELEASING', { available: 5, reserved: 0, sold: 0 }],
    ['COMMITTING', { available: 3, reserved: 0, sold: 2 }],
  ] as const)('of %s should be finished by the worker', async (state, expected) => {
    const id = await shop.addProduct(5);
    const orderId = newId();
    await shop.stock.reserve({ orderId, items: one(id, 2) });
    await shop.collections.holds.updateOne({ _id: orderId }, { $set: { state, expiresAt: shop.time.now } });
    passLease();
    await shop.stock.releaseExpired();
    expect(await shop.numbers(id)).toEqual(expected);
  });

  it('of an overtaken attempt should be found by the search for orphaned reservations', async () => {
    const id = await shop.addProduct(5);
    const orderId = newId();
    await shop.stock.release(orderId);
    await shop.store.stock.take(
      {
        id: newId(),
        productId: id,
        type: 'RESERVATION',
        available: -2,
        reserved: 2,
        sold: 0,
        orderId,
        reason: 'Test',
        at: shop.time.now,
      },
      { productId: id, quantity: 2 },
      orderId,
    );
    expect((await auditStock(shop.store.stock)).differences).toEqual([
      expect.objectContaining({
        productId: id,
        differences: [`2 are reserved for order ${orderId}, whose stock is released`],
      }),
    ]);
    passLease();
    await shop.stock.releaseOrphans();
    expect(await shop.numbers(id)).toEqual({ available: 5, reserved: 0, sold: 0 });
  });

  it('before the ledger was written should leave an entry that is then written once', async () => {
    const id = await shop.addProduct(5);
    await shop.stock.reserve({ orderId: newId(), items: one(id, 2) });
    const failing = () => Promise.reject(new Error('broker unreachable'));
    await expect(shop.outbox.relay(failing, 100)).rejects.toThrow('broker unreachable');
    const events: string[] = [];
    while (
      (await shop.outbox.relay(async (batch) => void events.push(...batch.map((event) => event.id)), 100))
        .count > 0
    );
    expect(new Set(events).size).toBe(events.length);
    expect(
      await shop.collections.ledger.find({ productId: id }).sort({ sequence: 1 }).toArray(),
    ).toMatchObject([
      { sequence: 1, type: 'INITIAL', availableAfter: 5 },
      { sequence: 3, type: 'RESERVATION', availableAfter: 3 },
    ]);
    expect(await shop.collections.products.findOne({ _id: id })).toMatchObject({ outbox: [], sequence: 3 });
    expect(await shop.collections.products.countDocuments({ hasOutbox: true })).toBe(0);
  });
});

describe('the audit', () => {
  it('should find a number that was changed without a ledger entry', async () => {
    const id = await shop.addProduct(5);
    await shop.collections.products.updateOne({ _id: id }, { $inc: { available: 1 } });
    const { differences } = await auditStock(shop.store.stock);
    expect(differences).toEqual([
      {
        productId: id,
        sku: expect.any(String),
        differences: [
          'available is 6, the ledger adds up to 5',
          'initial + adjustments are 5, available + reserved + sold are 6',
        ],
      },
    ]);
    await shop.collections.products.updateOne({ _id: id }, { $inc: { available: -1 } });
  });
});
