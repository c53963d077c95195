import { Refusal, type UserErrorOutput } from '@cartograph/kit/refusal';
import { MAX_MINOR, addMoney, formatAmount, multiplyMoney, sumMoney, type Money } from '@cartograph/money';
import { PriceChanged } from './checkout.js';
import type { OrderDiscount, OrderItem } from './order.js';

export interface CartLine {
  readonly productId: string;
  readonly quantity: number;
}

/** A product as the products service returns it now. */
export interface LiveProduct {
  readonly id: string;
  readonly sku: string;
  readonly name: string;
  readonly price: Money;
  readonly isArchived: boolean;
}

export interface Shortage {
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

export const lineTotal = ({ unitPrice, quantity }: OrderItem): Money => multiplyMoney(unitPrice, quantity);

const show = (money: Money) => `${formatAmount(money)} ${money.currency}`;

export const cartEmpty = (): Refusal => new Refusal('CART_EMPTY', 'The cart is empty. Add a product first.');

/**
 * Turns the lines of a cart into order items, with the current names and prices.
 * @throws Refusal naming each line that cannot be bought
 */
export function priceItems(
  lines: readonly CartLine[],
  products: ReadonlyMap<string, LiveProduct>,
): { items: OrderItem[]; subtotal: Money } {
  if (lines.length === 0) throw cartEmpty();
  const errors: UserErrorOutput[] = [];
  const items: OrderItem[] = [];
  for (const { productId, quantity } of lines) {
    const product = products.get(productId);
    if (!product || product.isArchived) {
      const what = product ? `"${product.name}"` : 'A product in the cart';
      errors.push({
        code: 'PRODUCT_NOT_FOUND',
        message: `${what} is no longer sold. Remove it from the cart.`,
        field: null,
      });
      continue;
    }
    items.push({ productId, sku: product.sku, name: product.name, unitPrice: product.price, quantity });
  }
  if (errors.length > 0) throw new Refusal(errors);
  const currencies = [...new Set(items.map(({ unitPrice }) => unitPrice.currency))];
  if (currencies.length > 1) {
    throw new Refusal(
      'CURRENCY_MISMATCH',
      `The cart mixes prices in ${currencies.join(' and ')}. Order them separately.`,
    );
  }
  const subtotal = sumMoney(items.map(lineTotal))!;
  if (subtotal.minor > MAX_MINOR)
    throw new Refusal('QUANTITY_OUT_OF_RANGE', 'The total of the cart is too high for one order.');
  return { items, subtotal };
}

/** The subtotal less the discounts; each discount is less than what is left of the subtotal. */
export const takeOff = (subtotal: Money, discounts: readonly OrderDiscount[]): Money =>
  discounts.reduce((rest, { amount }) => addMoney(rest, { ...amount, minor: -amount.minor }), subtotal);

/** The sum of the discounts of an order. */
export const discountTotal = ({
  discounts,
  total,
}: {
  discounts: readonly OrderDiscount[];
  total: Money;
}): Money => sumMoney(discounts.map(({ amount }) => amount)) ?? { ...total, minor: 0 };

/** @throws PriceChanged if the customer saw another total, Refusal CURRENCY_MISMATCH if it was in another currency */
export function checkTotal(
  { subtotal, discounts, total }: { subtotal: Money; discounts: readonly OrderDiscount[]; total: Money },
  expected: Money | null,
): void {
  if (!expected) return;
  if (expected.currency !== total.currency) {
    throw new Refusal(
      'CURRENCY_MISMATCH',
      `The cart is priced in ${total.currency}, but the expected total is in ${expected.currency}.`,
      ['expectedTotal', 'currency'],
    );
  }
  if (expected.minor === total.minor) return;
  const parts = [
    `items ${show(subtotal)}`,
    ...discounts.map(({ code, amount }) => `coupon ${code} -${show(amount)}`),
  ];
  throw new PriceChanged(
    total,
    `The total is now ${show(total)}${discounts.length > 0 ? ` (${parts.join(', ')})` : ''}, not ${show(expected)}. Send the new total to accept it.`,
  );
}

/** One user error for each product with too little stock. No shortages mean that the order was cancelled. */
export function outOfStock(shortages: readonly Shortage[], items: readonly OrderItem[]): Refusal {
  if (shortages.length === 0)
    return new Refusal(
      'OUT_OF_STOCK',
      'The items are no longer reserved for this order: the order has since been cancelled.',
    );
  const nameOf = new Map(items.map(({ productId, name }) => [productId, name]));
  return new Refusal(
    shortages.map(({ productId, requested, available }) => ({
      code: 'OUT_OF_STOCK',
      message:
        available > 0
          ? `Only ${available} of "${nameOf.get(productId) ?? productId}" left; you requested ${requested}.`
          : `"${nameOf.get(productId) ?? productId}" is sold out.`,
      field: null,
    })),
  );
}
