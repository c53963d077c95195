import { useCallback, useState } from 'react';
import type { CartPartsFragment } from '../graphql/CartParts.generated.js';
import { useSession } from '../lib/session.js';
import { useAddToCartMutation } from './AddToCart.generated.js';
import { CartDocument, useCartQuery, type CartQuery } from './Cart.generated.js';
import { guestCart } from './guest-cart.js';
import { useRemoveFromCartMutation } from './RemoveFromCart.generated.js';
import { useSetCartItemQuantityMutation } from './SetCartItemQuantity.generated.js';

interface Outcome {
  /** Why nothing happened, for people; null if it happened. */
  readonly refusal: string | null;
}

export interface CartActions {
  readonly cart: CartPartsFragment | null;
  readonly isLoading: boolean;
  readonly error: unknown;
  /** Product ids with a change under way. */
  readonly busy: ReadonlySet<string>;
  add(productId: string, quantity: number): Promise<Outcome>;
  setQuantity(productId: string, quantity: number): Promise<Outcome>;
  remove(productId: string): Promise<Outcome>;
  refetch(): void;
}

/** The cart of whoever is here: one's own when signed in, else the guest's. */
export function useCart(): CartActions {
  const session = useSession();
  const [guestId, setGuestId] = useState(guestCart.get);
  const id = session ? null : guestId;
  const variables = id ? { id } : {};
  const { data, loading, error, refetch } = useCartQuery({
    variables,
    skip: !session && !id,
    errorPolicy: 'all',
  });
  const cart = data?.cart ?? null;
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [addToCart] = useAddToCartMutation();
  const [setItem] = useSetCartItemQuantityMutation();
  const [removeItem] = useRemoveFromCartMutation();

  const track = useCallback(async <T>(productId: string, work: () => Promise<T>): Promise<T> => {
    setBusy((now) => new Set(now).add(productId));
    try {
      return await work();
    } finally {
      setBusy((now) => new Set([...now].filter((other) => other !== productId)));
    }
  }, []);

  /** What the cart will look like, shown until the answer is here; Apollo takes it back if the change fails. */
  const optimistic = (productId: string, quantity: number): CartPartsFragment | undefined => {
    if (!cart) return undefined;
    const items = cart.items
      .map((item) => (item.productId === productId ? { ...item, quantity } : item))
      .filter((item) => item.quantity > 0);
    return { ...cart, items, totalQuantity: items.reduce((sum, item) => sum + item.quantity, 0) };
  };
  const typed = { __typename: 'CartPayload' as const, warnings: [], userErrors: [] };

  return {
    cart,
    isLoading: loading,
    error,
    busy,
    refetch: () => void refetch(),
    add: (productId, quantity) =>
      track(productId, async () => {
        const { data: answer } = await addToCart({
          variables: { input: { ...(id && { cartId: id }), productId, quantity } },
          update(cache, { data: result }) {
            const next = result?.addToCart.cart;
            if (!next) return;
            const key = session ? {} : { id: next.id };
            cache.writeQuery<CartQuery>({ query: CartDocument, variables: key, data: { cart: next } });
          },
        });
        const next = answer?.addToCart.cart;
        if (next && !session) {
          guestCart.set(next.id);
          setGuestId(next.id);
        }
        return { refusal: answer?.addToCart.userErrors[0]?.message ?? null };
      }),
    setQuantity: (productId, quantity) =>
      track(productId, async () => {
        const next = optimistic(productId, quantity);
        const { data: answer } = await setItem({
          variables: { input: { ...(id && { cartId: id }), productId, quantity } },
          ...(next && { optimisticResponse: { setCartItemQuantity: { ...typed, cart: next } } }),
        });
        return { refusal: answer?.setCartItemQuantity.userErrors[0]?.message ?? null };
      }),
    remove: (productId) =>
      track(productId, async () => {
        const next = optimistic(productId, 0);
        const { data: answer } = await removeItem({
          variables: { input: { ...(id && { cartId: id }), productId } },
          ...(next && { optimisticResponse: { removeFromCart: { ...typed, cart: next } } }),
        });
        return { refusal: answer?.removeFromCart.userErrors[0]?.message ?? null };
      }),
  };
}
