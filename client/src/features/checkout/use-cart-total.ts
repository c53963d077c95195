import { useEffect } from 'react';
import type { CartPartsFragment } from '../../graphql/CartParts.generated.js';
import { useCartTotalQuery, type CartTotalQuery } from './CartTotal.generated.js';

type Totals = NonNullable<CartTotalQuery['cart']>;

interface CartTotal {
  /** Null while it is unknown. */
  readonly total: Totals['total'] | CartPartsFragment['subtotal'];
  readonly discounts: NonNullable<Totals['discounts']>;
}

/** What the signed-in customer pays for their cart. Only a cart with a coupon costs another request. */
export function useCartTotal(cart: CartPartsFragment | null | undefined): CartTotal {
  const hasCoupon = (cart?.couponCodes.length ?? 0) > 0;
  const { data, refetch } = useCartTotalQuery({ skip: !hasCoupon, fetchPolicy: 'cache-and-network' });
  const subtotal = cart?.subtotal ?? null;
  const amount = subtotal?.amount;
  useEffect(() => {
    if (hasCoupon) void refetch().catch(() => undefined);
  }, [hasCoupon, amount, refetch]);
  if (!hasCoupon) return { total: subtotal, discounts: [] };
  return { total: data?.cart?.total ?? null, discounts: data?.cart?.discounts ?? [] };
}
