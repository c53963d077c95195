import { multiplyMoney, sumMoney, type Money } from '@cartograph/money';
import type { Cart, CartLine } from './cart.js';
import { whenSold, type ProductView } from './product.js';

/** Current products by id; null for one that does not exist. */
export type Products = ReadonlyMap<string, ProductView | null>;

/** The current price of the line; null if the product is no longer sold. */
export function lineTotal({ quantity }: CartLine, product: ProductView | null): Money | null {
  const sold = whenSold(product);
  return sold ? multiplyMoney(sold.price, quantity) : null;
}

/** The sum of the lines that are still sold; null if there are none, or if they are in different currencies. */
export function subtotal({ lines }: Cart, products: Products): Money | null {
  const totals = lines.flatMap((line) => lineTotal(line, products.get(line.productId) ?? null) ?? []);
  return isOneCurrency(totals) ? (sumMoney(totals) ?? null) : null;
}

export const isOneCurrency = (amounts: readonly Money[]): boolean =>
  new Set(amounts.map(({ currency }) => currency)).size <= 1;

export function hasPriceChanged({ unitPrice }: CartLine, product: ProductView | null): boolean {
  const sold = whenSold(product);
  return (
    sold !== undefined && (sold.price.minor !== unitPrice.minor || sold.price.currency !== unitPrice.currency)
  );
}
