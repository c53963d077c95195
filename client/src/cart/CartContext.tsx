import { createContext, use, useState, type ReactNode } from 'react';
import { useCart, type CartActions } from './use-cart.js';

interface CartState extends CartActions {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
}

const Context = createContext<CartState | null>(null);

export function CartProvider({ children }: { readonly children: ReactNode }) {
  const cart = useCart();
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    setOpen(true);
    // Current prices and stock, instead of those from when the page was loaded.
    cart.refetch();
  };
  return <Context value={{ ...cart, isOpen, open, close: () => setOpen(false) }}>{children}</Context>;
}

/** The cart and its drawer. */
export function useCartState(): CartState {
  const state = use(Context);
  if (!state) throw new Error('useCartState needs a CartProvider above it.');
  return state;
}
