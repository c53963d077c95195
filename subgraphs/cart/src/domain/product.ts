import type { Money } from '@cartograph/money';
import type { Snapshot } from './cart.js';

/** The current state of a product, from the products service. */
export interface ProductView {
  readonly id: string;
  readonly name: string;
  readonly price: Money;
  readonly isArchived: boolean;
  /** Units that can be bought. */
  readonly available: number;
}

/** The product if it is sold, otherwise `undefined`. */
export const whenSold = (product: ProductView | null | undefined): ProductView | undefined =>
  product && !product.isArchived ? product : undefined;

export const snapshotOf = ({ name, price }: ProductView): Snapshot => ({ name, unitPrice: price });

/** Whether a text can be the id of a product. Others are not sent to the products service. */
export const isProductId = (id: string): boolean => /^[\w.:-]{1,64}$/.test(id);
