import { In, LessThan, type DataSource, type EntityManager } from 'typeorm';
import type { Clock } from '@cartograph/kit';
import { findUsageProblem } from '../domain/coupon.js';
import type { PricingStore, Redemption } from './store.js';
import { CouponTable, RedemptionTable, type RedemptionRow } from './tables.js';

interface Deps {
  readonly database: DataSource;
  readonly clock: Clock;
}

export function createPricingStore({ database, clock }: Deps): PricingStore {
  const coupons = database.getRepository(CouponTable);
  const redemptions = database.getRepository(RedemptionTable);

  const countUsed = (manager: EntityManager, couponId: string, customerId: string) =>
    manager.countBy(RedemptionTable, { couponId, customerId, isGivenBack: false });

  /** Everything that changes the count of a coupon first locks its row, so it sees what all earlier changes have left. */
  const lock = (manager: EntityManager, coupon: { code: string } | { id: string }) =>
    manager.findOne(CouponTable, { where: coupon, lock: { mode: 'pessimistic_write' } });

  async function giveBackKnown(manager: EntityManager, { orderId, couponId }: RedemptionRow): Promise<void> {
    const { affected } = await manager.update(
      RedemptionTable,
      { orderId, isGivenBack: false },
      { isGivenBack: true },
    );
    if (affected === 1) await manager.decrement(CouponTable, { id: couponId }, 'timesRedeemed', 1);
  }

  async function giveBackOfOrder(orderId: string): Promise<void> {
    const known = await redemptions.findOneBy({ orderId });
    if (!known || known.isGivenBack) return;
    await database.transaction(async (manager) => {
      await lock(manager, { id: known.couponId });
      await giveBackKnown(manager, known);
    });
  }

  return {
    async insertCoupon(coupon) {
      const { raw } = await coupons
        .createQueryBuilder()
        .insert()
        .values(coupon)
        .orIgnore()
        .returning('id')
        .updateEntity(false)
        .execute();
      return (raw as unknown[]).length === 1;
    },
    async setCouponActive(id, isActive) {
      await coupons.update({ id }, { isActive });
      return (await coupons.findOneBy({ id })) ?? undefined;
    },
    findCoupon: (id) => coupons.findOneBy({ id }),
    findCouponsByCode: (codes) => coupons.findBy({ code: In([...codes]) }),
    findNewestCoupons: (limit, before) =>
      coupons.find({
        where: before === undefined ? {} : { id: LessThan(before) },
        order: { id: 'DESC' },
        take: limit,
      }),
    countCoupons: () => coupons.count(),
    countRedemptions: (couponId, customerId) => countUsed(database.manager, couponId, customerId),

    redeem: ({ orderId, customerId, code }: Redemption) =>
      database.transaction(async (manager) => {
        const coupon = await lock(manager, { code });
        const known = await manager.findOneBy(RedemptionTable, { orderId });
        if (known) return known.isGivenBack ? 'given-back' : 'redeemed';
        const usedByCustomer = coupon ? await countUsed(manager, coupon.id, customerId) : 0;
        const problem = findUsageProblem(coupon, { usedByCustomer, now: clock() });
        if (problem) return problem;
        const couponId = coupon!.id;
        await manager.insert(RedemptionTable, { orderId, couponId, customerId, isGivenBack: false });
        await manager.increment(CouponTable, { id: couponId }, 'timesRedeemed', 1);
        return 'redeemed';
      }),

    giveBack: ({ orderId, customerId, code }) =>
      database.transaction(async (manager) => {
        const coupon = await lock(manager, { code });
        if (!coupon) return;
        const row = { orderId, couponId: coupon.id, customerId, isGivenBack: false };
        const known = await manager.findOneBy(RedemptionTable, { orderId });
        if (known) await giveBackKnown(manager, row);
        else await manager.insert(RedemptionTable, { ...row, isGivenBack: true });
      }),

    giveBackOfOrder,
  };
}
