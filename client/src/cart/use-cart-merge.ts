import { useEffect, useState } from 'react';
import { CartDocument, type CartQuery } from './Cart.generated.js';
import { guestCart } from './guest-cart.js';
import { useMergeCartMutation } from './MergeCart.generated.js';

interface CartMerge {
  readonly isMerging: boolean;
  readonly warnings: readonly string[];
}

/** Ids that are being merged: effects may run twice, and several tabs sign in at once. Merging again changes nothing. */
const underWay = new Set<string>();

/** Merges the guest's cart into the user's as soon as a user is signed in, in whatever way. */
export function useCartMerge(userId: string | undefined): CartMerge {
  const [mergeCart, { loading: isMerging }] = useMergeCartMutation();
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  useEffect(() => {
    const guestCartId = guestCart.get();
    if (!userId || !guestCartId || underWay.has(guestCartId)) return;
    underWay.add(guestCartId);
    mergeCart({
      variables: { input: { guestCartId } },
      // A read of the cart that began earlier may arrive after this response; it must not win.
      refetchQueries: [CartDocument],
      awaitRefetchQueries: true,
      update(cache, { data }) {
        const cart = data?.mergeCart.cart;
        if (cart) cache.writeQuery<CartQuery>({ query: CartDocument, variables: {}, data: { cart } });
      },
    })
      .then(({ data }) => {
        // A refusal means that it no longer exists, so there is nothing to merge. Otherwise it is part of the user's cart now.
        guestCart.set(null);
        setWarnings(data?.mergeCart.warnings?.map(({ message }) => message) ?? []);
      })
      // No connection: it stays and is merged next time.
      .catch(() => undefined)
      .finally(() => underWay.delete(guestCartId));
  }, [userId, mergeCart]);
  return { isMerging, warnings };
}
