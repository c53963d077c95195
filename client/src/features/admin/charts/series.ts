import type { AdminRecentOrdersQuery } from './AdminRecentOrders.generated.js';

export type RecentOrder = NonNullable<AdminRecentOrdersQuery['orders']>['edges'][number]['node'];

const MINUTE_MS = 60_000;
const SPAN_MINUTES = 5;
/** An hour touches thirteen of them, the first and the last in part. */
const SPANS = 13;

/** Five minutes of the shop. */
export interface Span {
  /** When it began, in ms since 1970. */
  readonly from: number;
  readonly orders: number;
  readonly cancelled: number;
  /** In major units of the currency, for drawing alone. */
  readonly revenue: number;
  readonly paymentsSucceeded: number;
  readonly paymentsFailed: number;
}

/**
 * The last hour in spans of five minutes. Orders and revenue count when the order was placed, payments when the try to
 * charge began. Revenue is what was charged and not refunded: orders whose payment is SUCCEEDED.
 * @param now in ms since 1970
 */
export function lastHour(orders: readonly RecentOrder[], now: number): Span[] {
  const length = SPAN_MINUTES * MINUTE_MS;
  const first = Math.floor(now / length) * length - (SPANS - 1) * length;
  const spans = Array.from({ length: SPANS }, (_, index) => ({
    from: first + index * length,
    orders: 0,
    cancelled: 0,
    revenue: 0,
    paymentsSucceeded: 0,
    paymentsFailed: 0,
  }));
  const spanOf = (at: string) => spans[Math.floor((Date.parse(at) - first) / length)];
  for (const { placedAt, status, total, payment } of orders) {
    const span = spanOf(placedAt);
    if (span) {
      span.orders += 1;
      if (status === 'CANCELLED') span.cancelled += 1;
      if (payment?.status === 'SUCCEEDED') span.revenue += Number(total.amount);
    }
    for (const attempt of payment?.attempts ?? []) {
      const tried = spanOf(attempt.startedAt);
      if (tried && attempt.status === 'SUCCEEDED') tried.paymentsSucceeded += 1;
      if (tried && attempt.status === 'FAILED') tried.paymentsFailed += 1;
    }
  }
  return spans;
}
