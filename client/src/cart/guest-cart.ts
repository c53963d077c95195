import { useSyncExternalStore } from 'react';
import { personalValue, TEXT } from '../session/storage.js';

/** The id of a guest's cart, which is all that is needed to read and change it. This browser keeps it until it is merged. */
export const guestCart = personalValue('browser', 'guest-cart', TEXT);

export const useGuestCartId = (): string | null => useSyncExternalStore(guestCart.subscribe, guestCart.get);
