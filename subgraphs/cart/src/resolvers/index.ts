import { scalarResolvers, type UserIdentity } from '@cartograph/kit';
import type { CartContext } from '../context.js';
import type { Resolvers } from '../generated/graphql.js';
import type { CartCounters } from '../metrics.js';
import type { Deps as UseCaseDeps } from '../use-cases/deps.js';
import { viewCart } from '../use-cases/view-cart.js';
import { createCart } from './cart.js';
import { createMutation } from './mutation.js';

interface Deps extends UseCaseDeps {
  readonly counters: CartCounters;
}

export function createResolvers(deps: Deps): Resolvers<CartContext> {
  return {
    DateTime: scalarResolvers.DateTime,
    Decimal: scalarResolvers.Decimal,
    Query: { cart: (_, { id }, { identity }) => viewCart(deps, identity, id) },
    Mutation: createMutation(deps, deps.counters),
    ...createCart(deps),
  };
}

/** The user that each object belongs to, for `OWNER` rules. */
export const owners = {
  User: ({ id }: { readonly id: string }, { userId }: UserIdentity) => id === userId,
};
