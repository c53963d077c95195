import { scalarResolvers, type Owners } from '@cartograph/kit';
import type { Resolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';
import { Cart } from './cart.js';
import { createMutation } from './mutation.js';
import { createQuery, Shop } from './query.js';
import { ShippingMethod, ShippingOption, ShippingRate } from './zone.js';

interface Deps {
  readonly useCases: UseCases;
}

/** For each type with OWNER in an `@access`: whether an object belongs to a user. */
export const owners: Owners = {};

export const createResolvers = ({ useCases }: Deps): Resolvers => ({
  CountryCode: scalarResolvers.CountryCode,
  DateTime: scalarResolvers.DateTime,
  Decimal: scalarResolvers.Decimal,
  Query: createQuery({ useCases }),
  Mutation: createMutation({ useCases }),
  Cart,
  Shop,
  ShippingMethod,
  ShippingOption,
  ShippingRate,
});
