import type { ProductsStandIn, StandInProduct } from './products.js';

export const product = (fields: Partial<StandInProduct> = {}): StandInProduct => ({
  name: 'Kettle',
  amount: '25.00',
  currency: 'EUR',
  isArchived: false,
  available: 50,
  ...fields,
});

/** Resets the catalogue to the same few products. */
export function stockUp({ products }: ProductsStandIn): void {
  products.clear();
  products.set('kettle', product());
  products.set('cup', product({ name: 'Cup', amount: '4.50', available: 3 }));
  products.set('gone', product({ name: 'Gone', isArchived: true }));
  products.set('sold-out', product({ name: 'Sold out', available: 0 }));
  products.set('dollar', product({ name: 'Dollar', currency: 'USD' }));
}
