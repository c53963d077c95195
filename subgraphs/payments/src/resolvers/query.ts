import { isId } from '@cartograph/kit';
import type { QueryResolvers } from '../generated/graphql.js';

export const Query: QueryResolvers = {
  payment: (_, { id }, { payments }) => (isId(id) ? payments.load(id) : null),
};
