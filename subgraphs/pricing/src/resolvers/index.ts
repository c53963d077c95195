import { scalarResolvers, type Owners } from '@cartograph/kit';
import type { Resolvers } from '../generated/graphql.js';
import type { UseCases } from '../use-cases/index.js';
import { createMutation } from './mutation.js';
import { createQuery } from './query.js';
import { Promotion } from './promotion.js';

interface Deps {
  readonly useCases: UseCases;
}

/** For each type with OWNER in an `@access`: whether an object belongs to a user. */
export const owners: Owners = {};

export const createResolvers = ({ useCases }: Deps): Resolvers => ({
  DateTime: scalarResolvers.DateTime,
  Query: createQuery({ useCases }),
  Mutation: createMutation({ useCases }),
  Promotion,
});
