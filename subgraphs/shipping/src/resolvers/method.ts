import { isId } from '@cartograph/kit';
import type { MethodResolvers } from '../generated/graphql.js';

export const Method: MethodResolvers = {
  __resolveReference: ({ id }, { shipping }) => (isId(id) ? shipping.load(id) : null),
  author: ({ authorId }) => ({ id: authorId }),
};
