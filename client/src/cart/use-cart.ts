import { useApolloClient } from '@apollo/client/react';
import { useCallback, useState } from 'react';
import type { CartPartsFragment } from '../graphql/CartParts.generated.js';
import { useSession } from '../session/session.js';
import { useAddToCartMutation } from './AddToCart.generated.js';
import { CartDocument, useCartQuery, type CartQuery } from './Cart.generated.js';
import { useSendOnce } from '../lib/use-send-once.js';
import { guestCart, useGuestCartId } from './guest-cart.js';
import { useMoveToCartMutation } from './MoveToCart.generated.js';
import { useRemoveFromCartMutation } from './RemoveFromCart.generated.js';
import { useRemoveSavedItemMutation } from './RemoveSavedItem.generated.js';
import { useSaveForLaterMutation } from './SaveForLater.generated.js';
import { useSetCartItemQuantityMutation } from './SetCartItemQuantity.generated.js';
import { useCartMerge } from './use-cart-merge.js';

export interface Outcome {
  /** Why the change was not made, for people; null if it was. */
  readonly refusal: string | null;
}

export interface CartActions {
  readonly cart: CartPartsFragment | null;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** What the last merge of a guest's cart changed. */
  readonly mergeWarnings: readonly string[];
  /** Product ids with a change under way. */
  readonly busy: ReadonlySet<string>;
  add(productId: string, quantity: number): Promise<Outcome>;
  setQuantity(productId: string, quantity: number): Promise<Outcome>;
  remove(productId: string): Promise<Outcome>;
  saveForLater(productId: string): Promise<Outcome>;
  moveToCart(productId: string): Promise<Outcome>;
  removeSaved(productId: string): Promise<Outcome>;
  /** Shows it as empty after an order was placed; the shop empties it a moment later. */
  emptied(): void;
  refetch(): void;
}

/** The current cart: the user's if signed in, otherwise the guest's. */
export function useCart(): CartActions {
  const apollo = useApolloClient();
  const session = useSession();
  const guestId = useGuestCartId();
  const merge = useCartMerge(session?.user.id);
  const id = session ? null : guestId;
  const isThere = Boolean(session ?? id);
  const { data, loading, error, refetch } = useCartQuery({
    variables: id ? { id } : {},
    skip: !isThere,
    errorPolicy: 'all',
    fetchPolicy: 'cache-and-network',
  });
  const cart = (isThere ? data?.cart : null) ?? null;
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [addToCart] = useAddToCartMutation();
  const sendOnce = useSendOnce();
  const [setItem] = useSetCartItemQuantityMutation();
  const [removeItem] = useRemoveFromCartMutation();
  const [saveItem] = useSaveForLaterMutation();
  const [moveItem] = useMoveToCartMutation();
  const [removeSavedItem] = useRemoveSavedItemMutation();

  const track = async <T>(productId: string, work: () => Promise<T>): Promise<T> => {
    setBusy((now) => new Set(now).add(productId));
    try {
      return await work();
    } finally {
      setBusy((now) => new Set([...now].filter((other) => other !== productId)));
    }
  };

  /** The expected cart, shown until the response arrives; Apollo reverts it if the change fails. */
  const optimistic = (productId: string, quantity: number): CartPartsFragment | undefined => {
    if (!cart) return undefined;
    const items = cart.items
      .map((item) => (item.productId === productId ? { ...item, quantity } : item))
      .filter((item) => item.quantity > 0);
    return { ...cart, items, totalQuantity: items.reduce((sum, item) => sum + item.quantity, 0) };
  };
  /** A signed-in user's cart needs no id. */
  const naming = (productId: string) => ({ ...(id && { cartId: id }), productId });
  const typed = { __typename: 'CartPayload' as const, warnings: [], userErrors: [] };

  const addOnce = async (cartId: string | null, productId: string, quantity: number) => {
    const { data: answer } = await sendOnce({ ...(cartId && { cartId }), productId, quantity }, (input) =>
      addToCart({
        variables: { input },
        update(cache, { data: result }) {
          const next = result?.addToCart.cart;
          if (!next) return;
          const variables = session ? {} : { id: next.id };
          cache.writeQuery<CartQuery>({ query: CartDocument, variables, data: { cart: next } });
        },
      }),
    );
    const next = answer?.addToCart.cart;
    if (next && !session) guestCart.set(next.id);
    return answer?.addToCart.userErrors[0];
  };

  const refetchCart = useCallback(() => {
    if (isThere) void refetch().catch(() => undefined);
  }, [isThere, refetch]);
  const emptied = useCallback(() => {
    apollo.cache.updateQuery<CartQuery>({ query: CartDocument, variables: {} }, (now) =>
      now?.cart
        ? {
            cart: { ...now.cart, items: [], totalQuantity: 0, couponCodes: [], subtotal: null, warnings: [] },
          }
        : now,
    );
  }, [apollo]);

  return {
    cart,
    isLoading: loading || merge.isMerging,
    error,
    mergeWarnings: merge.warnings,
    busy,
    refetch: refetchCart,
    emptied,
    add: (productId, quantity) =>
      track(productId, async () => {
        let refused = await addOnce(id, productId, quantity);
        // A guest's cart expires after seven days; a new one is then created.
        if (id && refused?.code === 'NOT_FOUND' && refused.field?.[0] === 'cartId') {
          guestCart.set(null);
          refused = await addOnce(null, productId, quantity);
        }
        return { refusal: refused?.message ?? null };
      }),
    setQuantity: (productId, quantity) =>
      track(productId, async () => {
        const next = optimistic(productId, quantity);
        const { data: answer } = await setItem({
          variables: { input: { ...naming(productId), quantity } },
          ...(next && { optimisticResponse: { setCartItemQuantity: { ...typed, cart: next } } }),
        });
        return { refusal: answer?.setCartItemQuantity.userErrors[0]?.message ?? null };
      }),
    remove: (productId) =>
      track(productId, async () => {
        const next = optimistic(productId, 0);
        const { data: answer } = await removeItem({
          variables: { input: naming(productId) },
          ...(next && { optimisticResponse: { removeFromCart: { ...typed, cart: next } } }),
        });
        return { refusal: answer?.removeFromCart.userErrors[0]?.message ?? null };
      }),
    saveForLater: (productId) =>
      track(productId, async () => {
        const { data: answer } = await saveItem({ variables: { input: naming(productId) } });
        return { refusal: answer?.saveForLater.userErrors[0]?.message ?? null };
      }),
    moveToCart: (productId) =>
      track(productId, async () => {
        const { data: answer } = await moveItem({ variables: { input: naming(productId) } });
        const { userErrors, warnings } = answer?.moveToCart ?? {};
        const own = warnings?.find((warning) => warning.productId === productId);
        return { refusal: userErrors?.[0]?.message ?? own?.message ?? null };
      }),
    removeSaved: (productId) =>
      track(productId, async () => {
        const { data: answer } = await removeSavedItem({ variables: { input: naming(productId) } });
        return { refusal: answer?.removeSavedItem.userErrors[0]?.message ?? null };
      }),
  };
}
