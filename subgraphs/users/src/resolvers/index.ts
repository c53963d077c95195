import { scalarResolvers, type UserIdentity } from '@cartograph/kit';
import type { Resolvers } from '../generated/graphql.js';
import type { Deps } from '../use-cases/deps.js';
import { createMutation } from './mutation.js';
import { createQuery } from './query.js';
import { createUser } from './user.js';

export function createResolvers(deps: Deps): Resolvers {
  return {
    DateTime: scalarResolvers.DateTime,
    Query: createQuery(deps),
    Mutation: createMutation(deps),
    ...createUser(deps),
  };
}

const isTheirs = ({ userId }: { readonly userId: string | null }, user: UserIdentity) =>
  userId === user.userId;

/** The user that each object belongs to, for `OWNER` rules. */
export const owners = {
  User: ({ id }: { readonly id: string }, user: UserIdentity) => id === user.userId,
  UserSession: isTheirs,
  SecurityEvent: isTheirs,
};
