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

/** Moves the guest's cart into one's own as soon as somebody is signed in, however that came about. */
export function useCartMerge(userId: string | undefined): CartMerge {
  const [mergeCart, { loading: isMerging }] = useMergeCartMutation();
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  useEffect(() => {
    const guestCartId = guestCart.get();
    if (!userId || !guestCartId || underWay.has(guestCartId)) return;
    underWay.add(guestCartId);
    mergeCart({
      variables: { input: { guestCartId } },
      // A read of the cart from before may arrive after this answer: it must not have the last word.
      refetchQueries: [CartDocument],
      awaitRefetchQueries: true,
      update(cache, { data }) {
        const cart = data?.mergeCart.cart;
        if (cart) cache.writeQuery<CartQuery>({ query: CartDocument, variables: {}, data: { cart } });
      },
    })
      .then(({ data }) => {
        // Refused means that it is gone: there is nothing left to merge. Otherwise it is part of one's own now.
        guestCart.set(null);
        setWarnings(data?.mergeCart.warnings?.map(({ message }) => message) ?? []);
      })
      // Not reached: it stays and is merged the next time.
      .catch(() => undefined)
      .finally(() => underWay.delete(guestCartId));
  }, [userId, mergeCart]);
  return { isMerging, warnings };
}
