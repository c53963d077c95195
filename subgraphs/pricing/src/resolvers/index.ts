import { scalarResolvers, type Clock, type Owners } from '@cartograph/kit';
import type { Resolvers } from '../generated/graphql.js';
import type { PricingStore } from '../store/store.js';
import type { UseCases } from '../use-cases/index.js';
import { createCart, Coupon } from './cart.js';
import { createMutation } from './mutation.js';
import { createQuery } from './query.js';

interface Deps {
  readonly store: PricingStore;
  readonly useCases: UseCases;
  readonly clock: Clock;
}

/** For each type with OWNER in an `@access`: whether an object belongs to a user. */
export const owners: Owners = {};

export const createResolvers = (deps: Deps): Resolvers => ({
  DateTime: scalarResolvers.DateTime,
  Decimal: scalarResolvers.Decimal,
  Query: createQuery(deps),
  Mutation: createMutation(deps),
  Cart: createCart(deps),
  Coupon,
});
