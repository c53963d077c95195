import { isId, signInError } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';
import type { Deps } from '../use-cases/deps.js';
import { listUsers } from '../use-cases/list-users.js';

export function createQuery(deps: Deps): QueryResolvers {
  return {
    me(_, __, { identity, loaders }) {
      // A guest gets null, but a client whose token is not valid must learn that it has to renew it.
      if (identity.kind === 'anonymous' && identity.tokenRefusal) throw signInError(identity, '');
      return identity.kind === 'user' && isId(identity.userId) ? loaders.user.load(identity.userId) : null;
    },
    user: (_, { id }, { loaders }) => (isId(id) ? loaders.user.load(id) : null),
    users: (_, args) => listUsers(deps, args),
  };
}
