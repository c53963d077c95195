import type { AttributeDefinition } from '../domain/categories/category.js';
import type { Resolvers } from '../generated/graphql.js';

const toDefinition = (one: AttributeDefinition) => ({ ...one, options: [...one.options] });

/** A category's id is its slug, so both keys lead to the same lookup. */
export const categoryResolvers: Pick<Resolvers, 'Category'> = {
  Category: {
    __resolveReference: async (reference, { loaders }) => {
      const { id, slug } = reference as { id?: string; slug?: string };
      return (await loaders.categoryTree()).get(id ?? slug ?? '') ?? null;
    },
    id: ({ slug }) => slug,
    parent: async ({ parent }, _, { loaders }) =>
      parent === null ? null : ((await loaders.categoryTree()).get(parent) ?? null),
    path: async ({ path }, _, { loaders }) => {
      const tree = await loaders.categoryTree();
      return path.flatMap((slug) => tree.get(slug) ?? []);
    },
    children: async ({ slug }, _, { loaders }) => [...(await loaders.categoryTree()).childrenOf(slug)],
    productCount: async ({ slug }, _, { loaders }) => (await loaders.categoryCounts()).get(slug) ?? 0,
    attributes: async ({ slug }, _, { loaders }) =>
      (await loaders.categoryTree()).attributesOf(slug).map(toDefinition),
    ownAttributes: ({ attributes }) => attributes.map(toDefinition),
  },
};
