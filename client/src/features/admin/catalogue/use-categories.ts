import type { ApolloCache } from '@apollo/client';
import { AdminCategoriesDocument, useAdminCategoriesQuery } from './AdminCategories.generated.js';
import type { CategoryChoiceFragment } from './CategoryChoice.generated.js';

export interface Choice extends CategoryChoiceFragment {
  /** Slugs of the categories above it, from the top. */
  readonly above: readonly string[];
}

/** How deep the shop lets categories be nested. */
const LEVELS = 5;

/** All categories, each below its parent, and the currency the shop sells in. */
export function useCategories() {
  const { data, error, refetch } = useAdminCategoriesQuery();
  return {
    choices: data?.allCategories?.map(({ path, ...category }): Choice => ({
      ...category,
      above: path.slice(0, -1).map(({ slug }) => slug),
    })),
    currency: data?.products?.edges[0]?.node.price.currency,
    error,
    refetch,
  };
}

/** Where a category may belong, with all that is below it: not below itself, nor too deep. */
export function possibleParents(choices: readonly Choice[], slug = ''): Choice[] {
  const own = choices.find((choice) => choice.slug === slug)?.above.length ?? 0;
  const below = choices.filter(({ above }) => above.includes(slug)).map(({ above }) => above.length - own);
  const height = Math.max(0, ...below);
  return choices.filter(
    (choice) =>
      choice.above.length + 1 + height < LEVELS && choice.slug !== slug && !choice.above.includes(slug),
  );
}

/** The children of `parent`, or the top-level categories, in the shop's order. */
export const siblingsIn = (choices: readonly Choice[], parent: string): Choice[] =>
  choices.filter(({ above }) => (above.at(-1) ?? '') === parent);

/** For mutations of categories: updates the lists, and reloads the shop's departments. */
export const AFTERWARDS = {
  refetchQueries: [AdminCategoriesDocument],
  awaitRefetchQueries: true,
  update: (cache: ApolloCache) => void cache.evict({ id: 'ROOT_QUERY', fieldName: 'categories' }),
};
