import { isId } from '@cartograph/kit';
import type { __Entity__Resolvers } from '../generated/graphql.js';

export const __Entity__: __Entity__Resolvers = {
  __resolveReference: ({ id }, { __name__ }) => (isId(id) ? __name__.load(id) : null),
  author: ({ authorId }) => ({ id: authorId }),
};
