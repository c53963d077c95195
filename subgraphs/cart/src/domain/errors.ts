import { Refusal } from '@cartograph/kit';
import type { ErrorCode } from '../generated/graphql.js';
import type { CartLimits } from './cart.js';

const refuse = (code: ErrorCode, message: string, field: readonly string[] | null = null) =>
  new Refusal<ErrorCode>(code, message, field);

export const noCart = (field: string): Refusal<ErrorCode> =>
  refuse(
    'NOT_FOUND',
    'There is no such cart any more: it has expired, or was merged at login. Leave the id out to begin a new one.',
    [field],
  );

export const noCartNamed = (): Refusal<ErrorCode> =>
  refuse('NOT_FOUND', 'Say which cart is meant, or sign in to use your own.', ['cartId']);

export const notInCart = (): Refusal<ErrorCode> =>
  refuse('NOT_FOUND', 'This product is not in the cart.', ['productId']);

export const notSaved = (): Refusal<ErrorCode> =>
  refuse('NOT_FOUND', 'This product is not on the list for later.', ['productId']);

export const noProduct = (): Refusal<ErrorCode> =>
  refuse('PRODUCT_NOT_FOUND', 'There is no such product, or it is no longer sold.', ['productId']);

export const quantityOutOfRange = ({ maxQuantity }: CartLimits, got: number): Refusal<ErrorCode> =>
  refuse('QUANTITY_OUT_OF_RANGE', `Choose from 1 to ${maxQuantity} pieces; got ${got}.`, ['quantity']);

export const aboveLimit = ({ maxQuantity }: CartLimits, held: number): Refusal<ErrorCode> =>
  refuse(
    'QUANTITY_OUT_OF_RANGE',
    `At most ${maxQuantity} pieces of one product fit into a cart; it holds ${held} already.`,
    ['quantity'],
  );

export const outOfStock = (name: string, available: number, held: number): Refusal<ErrorCode> =>
  refuse(
    'OUT_OF_STOCK',
    available === 0
      ? `“${name}” is out of stock.`
      : `Only ${available} of “${name}” ${available === 1 ? 'is' : 'are'} left${held > 0 ? `, and the cart holds ${held} already` : ''}.`,
    ['quantity'],
  );

export const otherCurrency = (name: string): Refusal<ErrorCode> =>
  refuse(
    'CURRENCY_MISMATCH',
    `“${name}” is priced in another currency than the rest of the cart; order it on its own.`,
    ['productId'],
  );

export const cartFull = ({ maxLines }: CartLimits): Refusal<ErrorCode> =>
  refuse('CART_FULL', `A cart holds at most ${maxLines} different products.`, ['productId']);

export const savedListFull = ({ maxLines }: CartLimits): Refusal<ErrorCode> =>
  refuse('SAVED_LIST_FULL', `At most ${maxLines} products can be saved for later.`, ['productId']);
