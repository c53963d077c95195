import { randomBytes } from 'node:crypto';
import { GUEST_CART_ID_BYTES, guestCartId } from '../../domain/cart-id.js';

export const newGuestCartId = (): string => guestCartId(randomBytes(GUEST_CART_ID_BYTES));
