import { useSyncExternalStore } from 'react';
import { personalValue, TEXT } from '../person/storage.js';

/** The id of a guest's cart, which is all that is needed to see and change it: kept in this browser until it is merged. */
export const guestCart = personalValue('browser', 'guest-cart', TEXT);

export const useGuestCartId = (): string | null => useSyncExternalStore(guestCart.subscribe, guestCart.get);
