import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@cartograph/kit';
import fc from 'fast-check';
import { auditStock } from '../src/use-cases/stock/audit-stock.js';
import { startStock, type StockHarness } from './stock-support.js';

let shop: StockHarness;
beforeAll(async () => {
  shop = await startStock();
});
afterAll(() => shop.close());

const PRODUCTS = 3;
const ORDERS = 6;

type Step =
  | { readonly do: 'reserve'; readonly order: number; readonly expires: boolean }
  | { readonly do: 'release' | 'commit'; readonly order: number }
  | { readonly do: 'adjust'; readonly product: number; readonly delta: number }
  | { readonly do: 'sweep' | 'relay' };

const order = fc.nat(ORDERS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('reserve' as const), order, expires: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('release' as const, 'commit' as const), order }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('adjust' as const),
      product: fc.nat(PRODUCTS - 1),
      delta: fc.integer({ min: -4, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('sweep' as const, 'relay' as const) }) },
);
/** What each order wants, per product. */
const wishes = fc.array(
  fc
    .array(fc.nat(3), { minLength: PRODUCTS, maxLength: PRODUCTS })
    .filter((quantities) => quantities.some((quantity) => quantity > 0)),
  { minLength: ORDERS, maxLength: ORDERS },
);

describe('stock under random, concurrent use', () => {
  it('should be conserved, never negative, and finally reserved by exactly the orders whose holds say so', async () => {
    const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(batches, wishes, async (steps, quantities) => {
        const ids = await Promise.all(
          Array.from({ length: PRODUCTS }, (_, index) => shop.addProduct(4 + index)),
        );
        const orderIds = Array.from({ length: ORDERS }, () => newId());
        const processes = [shop.stock, shop.another()];
        const itemsOf = (which: number) =>
          ids
            .map((productId, index) => ({ productId, quantity: quantities[which]![index]! }))
            .filter(({ quantity }) => quantity > 0);
        const run = async (one: Step, index: number): Promise<unknown> => {
          const service = processes[index % 2]!;
          switch (one.do) {
            case 'reserve':
              return service.reserve({
                orderId: orderIds[one.order]!,
                items: itemsOf(one.order),
                expiresAt: one.expires ? shop.time.now : null,
              });
            case 'release':
              return service.release(orderIds[one.order]!);
            case 'commit':
              return service.commit(orderIds[one.order]!);
            case 'adjust':
              return shop.adjust(ids[one.product]!, one.delta).catch(() => 'refused');
            case 'sweep':
              return service.releaseExpired();
            case 'relay':
              return shop.outbox.relay(async () => {}, 50);
          }
        };
        for (const batch of steps) {
          await Promise.all(batch.map(run));
          const { differences } = await auditStock(shop.store.stock);
          expect(differences).toEqual([]);
        }
        const holds = await shop.store.stock.findHolds(orderIds);
        for (const [index, id] of ids.entries()) {
          const held = orderIds
            .filter((orderId) => holds.get(orderId)?.state === 'RESERVED')
            .reduce((sum, orderId) => sum + quantities[orderIds.indexOf(orderId)]![index]!, 0);
          const { available, reserved } = await shop.numbers(id);
          expect(available).toBeGreaterThanOrEqual(0);
          expect(reserved).toBe(held);
        }
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});
