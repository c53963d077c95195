import type { Coupon, CouponProblem } from '../domain/coupon.js';

export interface Redemption {
  readonly orderId: string;
  readonly customerId: string;
  readonly code: string;
}

export type RedeemOutcome = 'redeemed' | 'given-back' | CouponProblem;

export interface PricingStore {
  /** False if another coupon has the code. */
  insertCoupon(coupon: Coupon): Promise<boolean>;
  /** Undefined for an unknown id. */
  setCouponActive(id: string, isActive: boolean): Promise<Coupon | undefined>;
  findCoupon(id: string): Promise<Coupon | null>;
  /** In any order. */
  findCouponsByCode(codes: readonly string[]): Promise<Coupon[]>;
  /** Newest first. @param before the id after which the page begins */
  findNewestCoupons(limit: number, before: string | undefined): Promise<Coupon[]>;
  countCoupons(): Promise<number>;
  /** How many orders of a customer use a coupon. */
  countRedemptions(couponId: string, customerId: string): Promise<number>;
  /** Counts an order, if the limits allow it at this moment. Repeating changes nothing. */
  redeem(redemption: Redemption): Promise<RedeemOutcome>;
  /** The order counts no longer, and cannot count again: a request to redeem that is still on its way comes too late. */
  giveBack(redemption: Redemption): Promise<void>;
  /** Like `giveBack`, for an order that may have used no coupon. */
  giveBackOfOrder(orderId: string): Promise<void>;
}
