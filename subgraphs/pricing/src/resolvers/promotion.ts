import { isId } from '@cartograph/kit';
import type { PromotionResolvers } from '../generated/graphql.js';

export const Promotion: PromotionResolvers = {
  __resolveReference: ({ id }, { pricing }) => (isId(id) ? pricing.load(id) : null),
  author: ({ authorId }) => ({ id: authorId }),
};
