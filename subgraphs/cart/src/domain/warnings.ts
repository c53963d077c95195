import { formatAmount, type Money } from '@cartograph/money';
import type { CartWarningCode } from '../generated/graphql.js';
import type { Cart, CartLine } from './cart.js';
import { whenSold, type ProductView } from './product.js';
import { hasPriceChanged, isOneCurrency, type Products } from './totals.js';

export interface Warning {
  readonly code: CartWarningCode;
  readonly message: string;
  readonly productId: string | null;
  readonly requestedQuantity: number | null;
  readonly availableQuantity: number | null;
}

/** A line of which fewer units than requested, or none, were added to the cart. */
export interface Difference {
  readonly productId: string;
  readonly name: string;
  readonly kind: 'reduced' | 'saved' | 'left-out';
  /** Units requested, and units in the cart now. */
  readonly asked: number;
  readonly got: number;
}

/** What the customer should know before checking out, line by line. */
export function warningsOf(cart: Cart, products: Products): Warning[] {
  const warnings = cart.lines.flatMap((line) => lineWarnings(line, products.get(line.productId) ?? null));
  const prices = cart.lines.flatMap(({ productId }) => whenSold(products.get(productId))?.price ?? []);
  if (isOneCurrency(prices)) return warnings;
  const message =
    'The cart contains prices in different currencies. Order the products of each currency separately.';
  return [...warnings, warn('CURRENCY_MISMATCH', message, null)];
}

function lineWarnings(line: CartLine, view: ProductView | null): Warning[] {
  const product = whenSold(view);
  if (!product) return [warn('PRODUCT_UNAVAILABLE', `“${line.name}” is no longer sold.`, line.productId)];
  const { available, name } = product;
  const warnings: Warning[] = [];
  if (available < line.quantity) {
    const [code, message] =
      available <= 0
        ? (['OUT_OF_STOCK', `“${name}” is out of stock.`] as const)
        : ([
            'INSUFFICIENT_STOCK',
            `Only ${available} of “${name}” ${available === 1 ? 'is' : 'are'} left.`,
          ] as const);
    warnings.push(warn(code, message, line.productId, line.quantity, Math.max(0, available)));
  }
  if (hasPriceChanged(line, product)) {
    const message = `“${name}” costs ${show(product.price)} now; it was ${show(line.unitPrice)}.`;
    warnings.push(warn('PRICE_CHANGED', message, line.productId));
  }
  return warnings;
}

/** How a change differs from the request. */
export function differenceWarning({ kind, name, productId, asked, got }: Difference): Warning {
  switch (kind) {
    case 'reduced':
      return warn(
        'QUANTITY_REDUCED',
        `The cart holds ${got} of “${name}” instead of ${asked}, which is the most that is possible.`,
        productId,
        asked,
        got,
      );
    case 'saved':
      return warn(
        'SAVED_FOR_LATER',
        `“${name}” could not be added to the cart and was saved for later.`,
        productId,
        asked,
        0,
      );
    case 'left-out':
      return warn('LEFT_OUT', `“${name}” could not be added to the cart.`, productId, asked, 0);
  }
}

const show = (money: Money) => `${formatAmount(money)} ${money.currency}`;

function warn(
  code: CartWarningCode,
  message: string,
  productId: string | null,
  requestedQuantity: number | null = null,
  availableQuantity: number | null = null,
): Warning {
  return { code, message, productId, requestedQuantity, availableQuantity };
}
