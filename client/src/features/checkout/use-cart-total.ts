import { useEffect, useRef } from 'react';
import type { CartPartsFragment } from '../../graphql/CartParts.generated.js';
import { useCartTotalQuery, type CartTotalQuery } from './CartTotal.generated.js';

type Totals = NonNullable<CartTotalQuery['cart']>;

interface CartTotal {
  /** Null while it is unknown. */
  readonly total: Totals['total'] | CartPartsFragment['subtotal'];
  readonly discounts: NonNullable<Totals['discounts']>;
  /** The total is on its way. */
  readonly isLoading: boolean;
}

/** What the signed-in customer pays for their cart. Only a cart with a coupon costs another request. */
export function useCartTotal(cart: CartPartsFragment | null | undefined): CartTotal {
  const hasCoupon = (cart?.couponCodes.length ?? 0) > 0;
  const { data, loading, refetch } = useCartTotalQuery({ skip: !hasCoupon, fetchPolicy: 'network-only' });
  const subtotal = cart?.subtotal ?? null;
  const priced = `${subtotal?.amount} ${cart?.couponCodes.join(' ')}`;
  const lastPriced = useRef(priced);
  useEffect(() => {
    if (hasCoupon && lastPriced.current !== priced) void refetch().catch(() => undefined);
    lastPriced.current = priced;
  }, [hasCoupon, priced, refetch]);
  if (!hasCoupon) return { total: subtotal, discounts: [], isLoading: false };
  return { total: data?.cart?.total ?? null, discounts: data?.cart?.discounts ?? [], isLoading: loading };
}
