import type { Evidence } from './evidence.js';
import { groupBy } from './group-by.js';

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

/** The items of every order, less its discounts, add up to its total. */
export function findTotalFaults({ orders }: Pick<Evidence, 'orders'>): string[] {
  return orders.flatMap(({ id, items, discounts, total_minor }) => {
    const subtotal = sum(items.map(({ quantity, unitPrice }) => quantity * unitPrice.minor));
    const discount = sum(discounts.map(({ amount }) => amount.minor));
    return subtotal - discount === total_minor
      ? []
      : [
          `Order ${id} has items of ${subtotal} and discounts of ${discount}, but its total is ${total_minor}`,
        ];
  });
}

/** No coupon is redeemed beyond its limits, and its uses are those of orders that exist. */
export function findCouponFaults({
  orders,
  coupons,
  redemptions,
}: Pick<Evidence, 'orders' | 'coupons' | 'redemptions'>): string[] {
  const faults: string[] = [];
  const usesOf = groupBy(redemptions, ({ coupon_id }) => coupon_id);
  for (const { id, code, usage_limit, usage_limit_per_customer, times_redeemed } of coupons) {
    const uses = usesOf.get(id) ?? [];
    if (uses.length !== times_redeemed)
      faults.push(`Coupon ${code} counts ${times_redeemed} orders, but ${uses.length} use it`);
    if (usage_limit !== null && uses.length > usage_limit)
      faults.push(`Coupon ${code} is used by ${uses.length} orders; the limit is ${usage_limit}`);
    for (const [customer, own] of groupBy(uses, ({ customer_id }) => customer_id))
      if (usage_limit_per_customer !== null && own.length > usage_limit_per_customer)
        faults.push(`Customer ${customer} uses coupon ${code} ${own.length} times`);
  }
  const redeemed = new Set(redemptions.map(({ order_id }) => order_id));
  const known = new Set(orders.map(({ id }) => id));
  for (const orderId of redeemed)
    if (!known.has(orderId)) faults.push(`A coupon is used by order ${orderId}, which does not exist`);
  for (const { id, status, discounts } of orders)
    if (status !== 'CANCELLED' && discounts.length > 0 && !redeemed.has(id))
      faults.push(`Order ${id} is ${status} and has a discount, but uses no coupon`);
  return faults;
}
