import { COUNTRY_CODES } from '@cartograph/kit/countries';
import { parseMoney } from '@cartograph/money';
import { reachedCountries } from '../domain/zone.js';
import type { QueryResolvers, ShopResolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';

interface Deps {
  readonly useCases: Pick<UseCases, 'quoteShipping'>;
}

export const createQuery = ({ useCases }: Deps): QueryResolvers => ({
  shop: () => ({}),
  shippingZones: async (_, __, { zones }) => [...(await zones())],
  shippingZone: async (_, { id }, { zones }) => (await zones()).find((zone) => zone.id === id) ?? null,
  quoteShipping: (_, { input: { optionId = null, postalCode = null, subtotal, ...input } }) =>
    useCases.quoteShipping({ ...input, optionId, postalCode, subtotal: parseMoney(subtotal) }),
});

export const Shop: ShopResolvers = {
  countries: async (_, __, { zones }) => {
    const all = await zones();
    return all.length === 0 ? [...COUNTRY_CODES].sort() : reachedCountries(all);
  },
};
