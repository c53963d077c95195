import { useSyncExternalStore } from 'react';

const KEY = 'cartograph.guest-cart';
const listeners = new Set<() => void>();
const announce = () => {
  for (const listener of listeners) listener();
};

window.addEventListener('storage', ({ key }) => {
  if (key === KEY) announce();
});

/** The id of a guest's cart, which is all that is needed to see and change it: kept in this browser until it is merged. */
export const guestCart = {
  get: (): string | null => localStorage.getItem(KEY),
  set(id: string): void {
    localStorage.setItem(KEY, id);
    announce();
  },
  clear(): void {
    localStorage.removeItem(KEY);
    announce();
  },
};

export function useGuestCartId(): string | null {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, guestCart.get);
}
