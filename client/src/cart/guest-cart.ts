const KEY = 'cartograph.guest-cart';

/** The id of a guest's cart, which is all that is needed to see and change it: kept in this browser until it is merged. */
export const guestCart = {
  get: (): string | null => localStorage.getItem(KEY),
  set: (id: string): void => localStorage.setItem(KEY, id),
  clear: (): void => localStorage.removeItem(KEY),
};
