import { EntitySchema, type ValueTransformer } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';

/** pg returns bigint as text; our values stay far below 2⁵³. */
const bigintAsNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

export type CouponRow = Coupon;

export const CouponTable = new EntitySchema<CouponRow>({
  name: 'coupon',
  tableName: 'coupons',
  columns: {
    id: { type: 'uuid', primary: true },
    code: { type: 'text' },
    label: { type: 'text' },
    percent: { type: 'int', nullable: true },
    amountMinor: { name: 'amount_minor', type: 'bigint', nullable: true, transformer: bigintAsNumber },
    minimumMinor: { name: 'minimum_minor', type: 'bigint', nullable: true, transformer: bigintAsNumber },
    currency: { type: 'text', nullable: true },
    startsAt: { name: 'starts_at', type: 'timestamptz', nullable: true },
    endsAt: { name: 'ends_at', type: 'timestamptz', nullable: true },
    usageLimit: { name: 'usage_limit', type: 'int', nullable: true },
    usageLimitPerCustomer: { name: 'usage_limit_per_customer', type: 'int', nullable: true },
    timesRedeemed: { name: 'times_redeemed', type: 'int' },
    isActive: { name: 'is_active', type: 'boolean' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
});

/** An order that uses a coupon, or did until it was undone or cancelled. */
export interface RedemptionRow {
  orderId: string;
  couponId: string;
  customerId: string;
  isGivenBack: boolean;
}

export const RedemptionTable = new EntitySchema<RedemptionRow>({
  name: 'redemption',
  tableName: 'redemptions',
  columns: {
    orderId: { name: 'order_id', type: 'text', primary: true },
    couponId: { name: 'coupon_id', type: 'uuid' },
    customerId: { name: 'customer_id', type: 'text' },
    isGivenBack: { name: 'is_given_back', type: 'boolean' },
  },
});
