import type { Money } from '@cartograph/money';
import type { Snapshot } from './cart.js';

/** What products says about a product at this moment. */
export interface ProductView {
  readonly id: string;
  readonly name: string;
  readonly price: Money;
  readonly isArchived: boolean;
  /** Pieces that can be bought. */
  readonly available: number;
}

/** The product if it can be bought at all, else `undefined`. */
export const whenSold = (product: ProductView | null | undefined): ProductView | undefined =>
  product && !product.isArchived ? product : undefined;

export const snapshotOf = ({ name, price }: ProductView): Snapshot => ({ name, unitPrice: price });

/** Whether a text can be a product's id; what cannot is not asked for. */
export const isProductId = (id: string): boolean => /^[\w.:-]{1,64}$/.test(id);
