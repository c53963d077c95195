import { isId, refusable, scalarResolvers } from '@cartograph/kit';
import type { Resolvers } from './generated/graphql.js';
import type { __Name__Service } from './service.js';

export function createResolvers(service: __Name__Service): Resolvers {
  return {
    DateTime: scalarResolvers.DateTime,
    Query: {
      __entity__: (_, { id }, { __name__ }) => (isId(id) ? __name__.load(id) : null),
      __name__: (_, args) => service.list__Name__(args),
    },
    Mutation: {
      create__Entity__: (_, { input }, { identity }) =>
        refusable({ __entity__: null }, async () => ({
          __entity__: await service.create__Entity__(identity, input),
        })),
    },
    __Entity__: {
      __resolveReference: ({ id }, { __name__ }) => (isId(id) ? __name__.load(id) : null),
      author: ({ authorId }) => ({ id: authorId }),
    },
  };
}
