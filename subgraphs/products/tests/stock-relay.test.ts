import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnyEvent } from '@cartograph/events';
import { auditStock } from '../src/use-cases/stock/audit-stock.js';
import { createOutboxStore } from '../src/store/outbox.js';
import { outboxDeps, startStock, type StockHarness } from './stock-support.js';

let shop: StockHarness;
beforeAll(async () => {
  shop = await startStock();
});
afterAll(async () => {
  expect((await auditStock(shop.store.stock)).differences).toEqual([]);
  await shop.close();
});

describe('the relay', () => {
  const relayAll = async () => {
    while ((await shop.outbox.relay(async () => {}, 100)).count > 0);
  };

  it('should leave entries added during publishing for the next round, and publish them once', async () => {
    const [id, other] = [await shop.addProduct(5), await shop.addProduct(5)];
    await relayAll();
    await shop.adjust(id, 1);
    await shop.adjust(other, 1);
    const published: unknown[] = [];
    const publish = async (events: AnyEvent[]) => {
      published.push(...events.map(({ aggregateId, sequence }) => [aggregateId, sequence]));
      if (published.length === 2) await shop.adjust(id, 1);
    };
    await shop.outbox.relay(publish, 100);
    expect(await shop.collections.products.find({ hasOutbox: true }).toArray()).toMatchObject([
      { _id: id, outbox: [{ available: 1 }] },
    ]);
    await shop.outbox.relay(publish, 100);
    expect(published.slice(0, 2).sort()).toEqual(
      [
        [id, 3],
        [other, 3],
      ].sort(),
    );
    expect(published.slice(2)).toEqual([[id, 4]]);
    expect(await shop.collections.products.countDocuments({ hasOutbox: true })).toBe(0);
  });

  it('should remove products from the cache before it publishes their entries', async () => {
    const id = await shop.addProduct(5);
    await relayAll();
    await shop.adjust(id, 1);
    const forgotten: string[] = [];
    const outbox = createOutboxStore({
      ...outboxDeps,
      cache: { invalidate: async (ids) => void forgotten.push(...ids) },
      database: shop.database,
      catalogue: shop.store.catalogue,
    });
    await outbox.relay(async () => expect(forgotten).toEqual([id]), 100);
    expect(forgotten).toEqual([id]);
  });
});
