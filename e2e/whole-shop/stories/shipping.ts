import { beforeAll, expect, it } from '@jest/globals';
import type { GraphClient } from '@cartograph/testing';
import { createProduct, fillCart, registerCustomer } from '../../harness/shop.js';
import type { SharedShop } from '../shared-shop.js';

interface Cart {
  readonly cart: {
    readonly total: { readonly amount: string };
    readonly shippingOptions: readonly {
      readonly name: string;
      readonly price: { readonly amount: string };
    }[];
  };
}

/** How a cart can be shipped, in the zones of the sample shop: cart, products, pricing and shipping answer one query. */
export function describeShipping(shop: SharedShop): void {
  let customer: GraphClient;
  let product: string;

  beforeAll(async () => {
    customer = await registerCustomer(shop.stack);
    product = await createProduct(shop.admin, 5);
    await fillCart(customer, product);
  });

  async function optionsFor(country: string, postalCode?: string): Promise<string[]> {
    const { cart } = await customer.expectData<Cart>(
      `query ($country: CountryCode!, $postalCode: String) { cart {
        total { amount } shippingOptions(country: $country, postalCode: $postalCode) { name price { amount } }
      } }`,
      { country, postalCode },
    );
    return cart.shippingOptions.map(({ name, price }) => `${name} ${price.amount}`);
  }
  const weigh = (weight: number | null) =>
    shop.admin.expectData(
      'mutation ($input: UpdateProductInput!) { updateProduct(input: $input) { product { weight } } }',
      { input: { productId: product, weight } },
    );

  it('depends on country, postal code and the weight that staff gave the products', async () => {
    expect(await optionsFor('DE', '10115')).toEqual([
      'Pick-up in our shop 0.00',
      'Standard 4.90',
      'Express 9.90',
    ]);
    expect(await optionsFor('de', 'D-18565')).toEqual(['Standard 14.90']);
    await weigh(12_000);
    expect(await optionsFor('DE', '10115')).toEqual([
      'Pick-up in our shop 0.00',
      'Standard 9.90',
      'Express 19.90',
    ]);
    await weigh(32_000);
    expect(await optionsFor('DE', '10115')).toEqual(['Pick-up in our shop 0.00', 'Standard 39.00']);
    await weigh(null);
    expect(await optionsFor('CH', '8001')).toEqual(['Standard 19.90']);
  });

  it('is empty where the shop does not ship, and for a malformed postal code', async () => {
    expect(await optionsFor('AQ')).toEqual([]);
    expect(await optionsFor('ZZ')).toEqual([]);
    expect(await optionsFor('DE', 'Berlin')).toEqual([]);
  });
}
